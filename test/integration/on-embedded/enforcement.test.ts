/** test/e2e/enforcement.test.ts on the embedded cluster. */
import { onEmbedded } from './on-embedded.ts';

await onEmbedded(() => import('../../e2e/enforcement.test.ts'));
