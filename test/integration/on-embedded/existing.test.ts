/** test/e2e/existing.test.ts on the embedded cluster. */
import { onEmbedded } from './on-embedded.ts';

await onEmbedded(() => import('../../e2e/existing.test.ts'));
