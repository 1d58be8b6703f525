/** test/e2e/audit.test.ts on the embedded cluster. */
import { onEmbedded } from './on-embedded.ts';

await onEmbedded(() => import('../../e2e/audit.test.ts'));
