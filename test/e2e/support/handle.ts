/** The handles of test/e2e/cluster: faults in our own cluster. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { HANDLE } from './place.ts';

export async function handle(...args: readonly string[]): Promise<void> {
  await promisify(execFile)(HANDLE, args, { timeout: 180_000, killSignal: 'SIGKILL' });
}
