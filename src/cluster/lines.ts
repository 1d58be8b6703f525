/** Lines out of a byte stream, however it is cut. */
import { LinkFault } from './errors.ts';

const NEWLINE = 0x0a;

export interface LineSplitter {
  /** Lines that these bytes complete. */
  push(chunk: Buffer): string[];
  /** What came after the last newline, if anything did. */
  rest(): string | undefined;
}

/**
 * Bytes are decoded a whole line at a time, so a character may be cut anywhere. Of a line longer than
 * `maxBytes` the beginning is kept: it still counts as one line.
 */
export function createLineSplitter(maxBytes: number): LineSplitter {
  let pending: Buffer[] = [];
  let size = 0;

  const keep = (piece: Buffer) => {
    const kept = piece.subarray(0, Math.max(0, maxBytes - size));
    if (kept.length === 0) return;
    pending.push(kept);
    size += kept.length;
  };
  const take = (): string => {
    const line = pending.length === 1 ? pending[0]! : Buffer.concat(pending, size);
    pending = [];
    size = 0;
    return line.toString('utf8');
  };
  return {
    push(chunk) {
      const lines: string[] = [];
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
        keep(chunk.subarray(start, end));
        lines.push(take());
        start = end + 1;
      }
      if (start < chunk.length) keep(chunk.subarray(start));
      return lines;
    },
    rest: () => (size === 0 ? undefined : take()),
  };
}

/**
 * The lines of a response as they arrive; a last one without newline counts if the response ended in good
 * order. Throws a LinkFault if it broke off.
 */
export async function* linesOf(response: AsyncIterable<unknown>, maxBytes: number): AsyncGenerator<string[]> {
  const splitter = createLineSplitter(maxBytes);
  try {
    for await (const chunk of response) yield splitter.push(chunk as Buffer);
  } catch (error) {
    throw new LinkFault(error);
  }
  const rest = splitter.rest();
  if (rest !== undefined) yield [rest];
}
