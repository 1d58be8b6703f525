/** Cutting lines out of a container's log. */
import { type ContainerLog, LOG_HEAD, LOG_TIME } from './log-source.ts';

const NEWLINE = 10;
const BLOCK = 64 * 1024;

/** The whole lines at a position, at most about `BLOCK` bytes of them unless one line alone is longer. */
export function readLines(log: ContainerLog, position: number, end: number): Buffer {
  for (let length = BLOCK; ; length *= 2) {
    const block = log.read(position, Math.min(length, end - position));
    const cut = block.lastIndexOf(NEWLINE) + 1;
    if (cut > 0 || position + length >= end) return block.subarray(0, cut);
  }
}

export interface LineOptions {
  readonly timestamps: boolean;
  /** Lines written before this time (as the log writes it) are left out. */
  readonly since?: string;
}

/** What the client gets of these lines: their text, with the time before it if asked. */
export function shownLines(lines: Buffer, { timestamps, since }: LineOptions): Buffer {
  const parts: Buffer[] = [];
  for (let start = 0; start < lines.length;) {
    const end = lines.indexOf(NEWLINE, start) + 1;
    const old = since !== undefined && lines.toString('latin1', start, start + LOG_TIME) < since;
    if (!old) {
      if (timestamps) parts.push(lines.subarray(start, start + LOG_TIME + 1));
      parts.push(lines.subarray(start + LOG_HEAD, end));
    }
    start = end;
  }
  return parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts);
}

/** Where the last `count` lines begin. */
export function tailPosition(log: ContainerLog, count: number): number {
  let left = count;
  for (let end = log.size; end > 0;) {
    const start = Math.max(0, end - BLOCK);
    const block = log.read(start, end - start);
    for (let at = block.length - 1; at >= 0; at--) {
      if (block[at] !== NEWLINE) continue;
      // The newline that ends line n from below is met before line n is counted.
      if (left === 0) return start + at + 1;
      left--;
    }
    end = start;
  }
  return 0;
}
