// Starts a whole sandbox for the test beside it, says so, and closes it when told to.
import { statSync } from 'node:fs';
import { startSandbox } from '../../dist/src/sandbox/start.js';

const sandbox = await startSandbox();
const mode = statSync(sandbox.kubeconfigPath).mode & 0o777;
process.send({ kubeconfigPath: sandbox.kubeconfigPath, server: sandbox.server, mode });
process.on('message', async () => {
  await sandbox.close();
  process.disconnect();
});
