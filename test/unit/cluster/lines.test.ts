import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LinkFault } from '../../../src/cluster/errors.ts';
import { createLineSplitter, linesOf } from '../../../src/cluster/lines.ts';

function split(pieces: readonly Buffer[], maxBytes = 1_000): string[] {
  const splitter = createLineSplitter(maxBytes);
  const lines = pieces.flatMap((piece) => splitter.push(piece));
  const rest = splitter.rest();
  return rest === undefined ? lines : [...lines, rest];
}

describe('line splitter', () => {
  test('any text comes out the same however its bytes are cut', () => {
    const line = fc.string({ unit: 'binary', minLength: 1 }).map((text) => text.replaceAll('\n', '·'));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(200)), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((one) => `${one}\n`).join(''));
        const pieces: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) pieces.push(bytes.subarray(at, (at = Math.min(bytes.length, at + cut))));
        pieces.push(bytes.subarray(at));
        const expected = lines.map((one) => Buffer.from(one).toString('utf8'));
        expect(split(pieces, 1_000_000)).toEqual(expected);
      }),
    );
  });

  test('empty lines count, and so does a last line without newline', () => {
    expect(split([Buffer.from('a\n\nb')])).toEqual(['a', '', 'b']);
  });

  test('of a line over the limit the beginning is kept, and the next line is whole', () => {
    expect(split([Buffer.from('abc'), Buffer.from('def'), Buffer.from('ghi\nnext\n')], 5)).toEqual([
      'abcde',
      'next',
    ]);
  });

  test('a response that breaks off is a fault, and its last piece is no line', async () => {
    async function* broken() {
      yield Buffer.from('whole\npart');
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    }
    const seen: string[] = [];
    const reading = async () => {
      for await (const lines of linesOf(broken(), 100)) seen.push(...lines);
    };
    await expect(reading()).rejects.toBeInstanceOf(LinkFault);
    expect(seen).toEqual(['whole']);
  });
});
