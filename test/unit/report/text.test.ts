/** The shortcut for what netproof draws with says what the library says. */
import { expect, test } from '@jest/globals';
import stringWidth from 'string-width';
import { grouped, widthOf } from '../../../src/report/text.ts';

test.each([
  ...' ~│–—±×·✓✗…→’“”'.split(''),
  '日',
  'é',
  '👩‍👧',
  'e\u0301',
  '\u001B[1m✓\u001B[22m ab',
  '\u001B[31m日\u001B[39m',
])('%j', (text) => {
  expect(widthOf(text)).toBe(stringWidth(text));
  expect(widthOf(`a${text}b`)).toBe(stringWidth(`a${text}b`));
});

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [60_000, '60,000'],
])('%d is written %s', (n, text) => expect(grouped(n)).toBe(text));
