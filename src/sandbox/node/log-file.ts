/** One run of one container, as a file of lines with times: what the CRI keeps. */
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import type { ContainerLog } from '../api/log-source.ts';

export type StreamName = 'stdout' | 'stderr';

const NEWLINE = 10;

/** Wall-clock nanoseconds: milliseconds since the epoch with the monotonic clock's finer digits. */
export function nanoTimestamp(): string {
  const ms = performance.timeOrigin + performance.now();
  const whole = Math.floor(ms);
  const rest = Math.floor((ms - whole) * 1e6);
  return `${new Date(whole).toISOString().slice(0, 23)}${String(rest).padStart(6, '0')}Z`;
}

export class LogFile implements ContainerLog {
  readonly #file: number;
  readonly #path: string;
  readonly #listeners = new Set<() => void>();
  /** The unfinished last line of each stream. */
  readonly #rest: Record<StreamName, Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  #size = 0;
  #ended = false;
  #discarded = false;
  #closed = false;

  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, 'w+', 0o600);
  }

  get size(): number {
    return this.#size;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Takes output as it comes; only whole lines are written, all of one call under one time. */
  append(stream: StreamName, chunk: Buffer): void {
    // The pod was deleted with no grace: what its process still says is for nobody.
    if (this.#ended) return;
    const cut = chunk.lastIndexOf(NEWLINE) + 1;
    const before = this.#rest[stream];
    if (cut === 0) {
      this.#rest[stream] = Buffer.concat([before, chunk]);
      return;
    }
    this.#rest[stream] = Buffer.from(chunk.subarray(cut));
    this.#write(
      stream,
      before.length > 0 ? Buffer.concat([before, chunk.subarray(0, cut)]) : chunk.subarray(0, cut),
    );
  }

  /** Writes what is left and tells followers that this was all. */
  end(): void {
    if (this.#ended) return;
    for (const stream of ['stdout', 'stderr'] as const)
      if (this.#rest[stream].length > 0)
        this.#write(stream, Buffer.concat([this.#rest[stream], Buffer.from('\n')]));
    this.#ended = true;
    this.#tell();
  }

  read(position: number, length: number): Buffer {
    const block = Buffer.allocUnsafe(length);
    return block.subarray(0, readSync(this.#file, block, 0, length, position));
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      this.#closeIfUnread();
    };
  }

  /** Forgets the log; those who still read it may finish. */
  discard(): void {
    this.end();
    this.#discarded = true;
    unlinkSync(this.#path);
    this.#closeIfUnread();
  }

  #closeIfUnread(): void {
    if (!this.#discarded || this.#closed || this.#listeners.size > 0) return;
    this.#closed = true;
    closeSync(this.#file);
  }

  #write(stream: StreamName, lines: Buffer): void {
    const head = Buffer.from(`${nanoTimestamp()} ${stream} F `);
    const parts: Buffer[] = [];
    for (let start = 0; start < lines.length;) {
      const end = lines.indexOf(NEWLINE, start) + 1;
      parts.push(head, lines.subarray(start, end));
      start = end;
    }
    const block = Buffer.concat(parts);
    writeSync(this.#file, block, 0, block.length, this.#size);
    this.#size += block.length;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
