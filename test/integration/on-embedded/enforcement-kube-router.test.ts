/** test/e2e/enforcement.test.ts on an embedded cluster that is like kube-router. */
import { KUBE_ROUTER, onEmbedded } from './on-embedded.ts';

await onEmbedded(() => import('../../e2e/enforcement.test.ts'), KUBE_ROUTER);
