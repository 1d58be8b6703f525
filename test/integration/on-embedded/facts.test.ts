/** test/e2e/facts.test.ts on the embedded cluster. */
import { onEmbedded } from './on-embedded.ts';

await onEmbedded(() => import('../../e2e/facts.test.ts'));
