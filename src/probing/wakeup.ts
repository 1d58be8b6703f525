import { deferred } from '../fleet/deferred.ts';

/** Waits for something to have happened since the last wait. */
export class Wakeup {
  #woken = false;
  #resolve: () => void = () => undefined;

  wake(): void {
    this.#woken = true;
    this.#resolve();
  }

  /** Resolves at the next wake, at once if there was one since the last wait, or when the signal aborts. */
  async next(signal: AbortSignal): Promise<void> {
    if (!this.#woken && !signal.aborted) {
      const { promise, resolve } = deferred<void>();
      const wake = (): void => resolve();
      this.#resolve = wake;
      signal.addEventListener('abort', wake);
      await promise;
      signal.removeEventListener('abort', wake);
    }
    this.#woken = false;
  }
}
