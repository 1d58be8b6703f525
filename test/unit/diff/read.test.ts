import { describe, expect, test } from '@jest/globals';
import { parseResult } from '../../../src/diff/read.ts';
import { runResult } from '../../support/result.ts';

const sound = runResult([{ from: 'a', to: 'b', port: 'tcp/1', expect: 'deny', cause: 'leak' }]);
const text = (changes: object): string => JSON.stringify({ ...sound, ...changes });

test('a result is read as it was written, with fields of a later version', () => {
  expect(parseResult(text({ later: 1 }), 'a.json')).toMatchObject({ later: 1, verdicts: sound.verdicts });
});

describe('anything else is refused, saying what it is', () => {
  test.each<[string, string, RegExp]>([
    ['a part', text({}).slice(0, 300), /^a\.json is not JSON, or only a part of it$/],
    ['nothing', '', /not JSON/],
    ['YAML', 'apiVersion: netproof/v1\nkind: RunResult\n', /^a\.json is YAML, not JSON$/],
    ['a list', '[]', /^a\.json is no result of a run$/],
    ['null', 'null', /^a\.json is no result of a run$/],
    ['a preflight', text({ kind: 'PreflightResult' }), /it is a PreflightResult$/],
    ['no kind', '{}', /it has no kind$/],
    ['a later version', text({ apiVersion: 'netproof/v2' }), /of version netproof\/v2; this netproof reads/],
    ['no verdicts', text({ verdicts: undefined }), /it has no verdicts$/],
    ['no record', text({ record: 3 }), /it has no record$/],
    ['no probes', text({ record: { ...sound.record, probes: {} } }), /no probes$/],
    ['no policies', text({ record: { ...sound.record, policies: [{}] } }), /no policies$/],
    ['no scenario', text({ record: { ...sound.record, scenario: null } }), /no scenario$/],
    ['no cluster', text({ record: { ...sound.record, cluster: {} } }), /no cluster$/],
    ['no time', text({ record: { ...sound.record, startedAt: 'now' } }), /does not name the run$/],
    ['half a probe', text({ record: { ...sound.record, probes: [{ source: 'a' }] } }), /probes\[0\]/],
    [
      'odd classes',
      text({ record: { ...sound.record, classes: [{ representative: 'a', members: [1] }] } }),
      /classes/,
    ],
    ['a verdict on no probe', text({ verdicts: [{ ...sound.verdicts[0], probe: 7 }] }), /verdicts\[0\]/],
    [
      'a cause of another kind',
      text({ verdicts: [{ ...sound.verdicts[0], cause: 'toString' }] }),
      /verdicts\[0\]/,
    ],
    [
      'a verdict of no kind',
      text({ verdicts: [{ ...sound.verdicts[0], verdict: 'constructor' }] }),
      /verdicts\[0\]/,
    ],
  ])('%s', (_, content, message) => {
    expect(() => parseResult(content, 'a.json')).toThrow(
      expect.objectContaining({
        exitCode: 2,
        message: expect.stringMatching(message),
        hint: expect.any(String),
      }),
    );
  });
});
