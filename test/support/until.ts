import { setTimeout as delay } from 'node:timers/promises';

/** Resolves as soon as the condition holds; rejects with its text if it never does. */
export async function until(condition: () => boolean, timeoutMs = 10_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`never came true: ${condition.toString()}`);
    await delay(2);
  }
}
