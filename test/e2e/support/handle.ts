/** Faults in our own cluster: what can be stopped and started there, by the name of its handle. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ENFORCES } from './engine.ts';
import { HANDLE, OWN } from './place.ts';

export type Handle = (...args: readonly string[]) => Promise<void>;
export type Handles = Readonly<Record<string, Handle>>;

/** Of test/e2e/cluster. */
const script =
  (name: string): Handle =>
  async (...args) => {
    await promisify(execFile)(HANDLE, [name, ...args], { timeout: 180_000, killSignal: 'SIGKILL' });
  };
/** Of its policy engine; its bridge alone has none. */
const ENGINE_HANDLES = [
  'policy-off',
  'policy-on',
  'node-stop-enforcer',
  'node-start-enforcer',
  'node-stop-agent',
  'node-start-agent',
];
const OWN_HANDLES = [...(ENFORCES ? ENGINE_HANDLES : []), 'node-kill', 'node-start', 'restart-apiserver'];

let handles: Handles = OWN ? Object.fromEntries(OWN_HANDLES.map((name) => [name, script(name)])) : {};

/** For a cluster that is ours in another way; before the tests are defined. */
export function useHandles(others: Handles): void {
  handles = others;
}

export const hasHandle = (name: string): boolean => name in handles;

export async function handle(name: string, ...args: readonly string[]): Promise<void> {
  const found = handles[name];
  if (!found) throw new Error(`this cluster has no ${name}`);
  await found(...args);
}
