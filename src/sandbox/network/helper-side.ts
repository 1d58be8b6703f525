/** The helper's side of helper.ts, for each helper program. */

/** What every helper says once it serves. */
export interface Ready {
  readonly type: 'ready';
}

/** Listens to the daemon, and ends with it. */
export function hear<Down>(onMessage: (message: Down) => void): void {
  process.on('message', (message) => onMessage(message as Down));
  process.on('disconnect', () => process.exit());
  // The daemon may have gone while this program was being loaded.
  if (!process.connected) process.exit();
}

/** Speaks to the daemon. */
export function say<Up extends object>(message: Up): void {
  if (process.connected) process.send?.(message);
}

/** The daemon waits for this. */
export function sayReady(): void {
  say<Ready>({ type: 'ready' });
}
