/** test/e2e/enforcement.test.ts on an embedded cluster that refuses what it denies, late, as kube-router does. */
import { onEmbedded } from './on-embedded.ts';

await onEmbedded(() => import('../../e2e/enforcement.test.ts'), 'reject-icmp+slow=700');
