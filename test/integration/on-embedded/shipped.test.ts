/** test/e2e/shipped.test.ts on the embedded cluster. */
import { onEmbedded } from './on-embedded.ts';

await onEmbedded(() => import('../../e2e/shipped.test.ts'));
