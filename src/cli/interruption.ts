/**
 * What a signal to the process means: the first asks the command to end and clean up, the second ends the
 * process at once, leaving word of how to clean up later.
 */
export class Interruption {
  readonly #controller = new AbortController();
  #lastWords = 'stopped without cleaning up; nothing else can be said about what was left';

  /** Aborted by the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What the second signal has to tell, kept up to date by the command. */
  leaveWord(words: string): void {
    this.#lastWords = words;
  }

  /** Returns the words to end the process with if this was not the first signal. */
  interrupt(): string | undefined {
    if (this.#controller.signal.aborted) return this.#lastWords;
    this.#controller.abort();
    return undefined;
  }
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
