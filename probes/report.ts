/** Writes the agent's lines to its log. */
import type { Line } from './wire.ts';

/** A line without what the writer adds. */
export type Told<L extends Line = Line> = L extends Line ? Omit<L, 'seq' | 'at'> : never;

/** The part of a stream that the writer needs. */
export interface Sink {
  write(text: string, done: () => void): unknown;
}

/** The kubelet and container runtimes split log lines at 16 KiB; half of it leaves room for their prefixes. */
export const LONGEST_LINE = 8_000;

export class Report {
  readonly #sink: Sink;
  readonly #now: () => number;
  #seq = 0;
  #unwritten = 0;
  #ended = false;
  #drained: (() => void)[] = [];

  constructor(sink: Sink, now: () => number) {
    this.#sink = sink;
    this.#now = now;
  }

  /** Writes one line, numbered without gaps; nothing comes after `end`, however slowly the log takes it. */
  tell(line: Told): void {
    if (this.#ended) return;
    const { kind, ...rest } = line;
    this.#ended = kind === 'end';
    this.#unwritten++;
    this.#sink.write(
      `${JSON.stringify({ seq: this.#seq++, at: Math.round(this.#now()), kind, ...rest })}\n`,
      this.#written,
    );
  }

  /** Resolves once every line told so far has left the process. */
  drained(): Promise<void> {
    if (this.#unwritten === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  readonly #written = (): void => {
    if (--this.#unwritten > 0) return;
    for (const resolve of this.#drained.splice(0)) resolve();
  };
}
