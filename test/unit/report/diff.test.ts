import { expect, test } from '@jest/globals';
import { compareRuns } from '../../../src/diff/compare.ts';
import { render as markdown } from '../../../src/report/diff/markdown.ts';
import { render as table } from '../../../src/report/diff/table.ts';
import { toJson } from '../../../src/report/data.ts';
import { isUnsafe } from '../../../src/report/escape.ts';
import { type ProbeSpec, runResult } from '../../support/result.ts';

const pair = (to: string, cause: ProbeSpec['cause'], because = 'so it was'): ProbeSpec => ({
  from: 'web',
  to,
  port: 'tcp/80',
  expect: 'deny',
  ...(cause && { cause }),
  because,
});
const compared = (before: ProbeSpec[], after: ProbeSpec[]) =>
  compareRuns({ file: 'a.json', result: runResult(before) }, { file: 'b.json', result: runResult(after) });
const LOOK = { wide: false, color: false, unicode: true, width: 100 };

test('for people: the worst first, each pair with both states, the exit code and why', () => {
  const text = table(
    compared([pair('db', 'dropped'), pair('api', 'leak')], [pair('db', 'leak'), pair('api', 'dropped')]),
    LOOK,
  );
  expect(text).toMatch(
    /NEWLY OPEN \(1 pair\)\n {2}web → db:tcp\/80 {2}closed \(dropped\), then open \(leak\), expected deny: not as intended\n {4}so it was\n[^]*NEWLY CLOSED \(1 pair\)/,
  );
  expect(text).toMatch(
    /\nWORSE {2}1 newly open; 1 newly closed; 0 as before; exit 1: 1 pair that must be closed\n?/,
  );
});

test('nothing changed reads so', () => {
  const same = [pair('db', 'dropped')];
  expect(table(compared(same, same), LOOK)).toMatch(/\nNOT WORSE {2}no pair changed; 1 as before; exit 0: /);
});

test('text from a cluster stays text in every format', () => {
  const evil = 'x\u001b[2J\u202e|<script>@everyone';
  const diff = compared([], [pair(evil, 'leak', evil)]);
  const texts = [table(diff, LOOK), markdown(diff), toJson(diff)];
  for (const text of texts) expect(isUnsafe(text.replaceAll('\n', ''))).toBe(false);
  expect(texts[1]).not.toMatch(/<script|@everyone|\|/);
  expect(JSON.parse(texts[2] ?? '')).toEqual(diff);
});
