/** test/e2e/least-rights.test.ts on the embedded cluster. */
import { onEmbedded } from './on-embedded.ts';

await onEmbedded(() => import('../../e2e/least-rights.test.ts'));
