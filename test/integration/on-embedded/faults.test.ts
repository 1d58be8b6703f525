/** test/e2e/faults.test.ts on the embedded cluster. */
import { onEmbedded } from './on-embedded.ts';

await onEmbedded(() => import('../../e2e/faults.test.ts'));
