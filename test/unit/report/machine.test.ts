import { describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import { FORMAT_NAMES, FORMATS } from '../../../src/report/format.ts';
import { render as json } from '../../../src/report/json.ts';
import { render as junit } from '../../../src/report/junit.ts';
import { render as markdown } from '../../../src/report/markdown.ts';
import { render as tap } from '../../../src/report/tap.ts';
import { render as yaml } from '../../../src/report/yaml.ts';
import { meshOf, type ProbeSpec, runResult } from '../../support/result.ts';
import { readXml } from '../../support/xml.ts';

const options = { wide: false, color: false, unicode: true, width: 80 };

/** Everything that somebody could put into a name, a reason or an error. */
const EVIL =
  'a"b\'<c>&]]>|`*_[x](http://e)@all #1\\ {\u0000\u001b[31m\u0085\u009b\u202e\ud800\uffff\u2028\n\t}';

const evil: readonly ProbeSpec[] = [
  {
    from: EVIL,
    to: EVIL,
    port: 'tcp/1',
    expect: 'deny',
    cause: 'leak',
    reason: EVIL,
    because: EVIL,
    host: EVIL,
  },
  { from: 'b', to: EVIL, port: 'tcp/1', expect: 'deny', cause: 'starved', because: EVIL },
];

const mixed: readonly ProbeSpec[] = [
  { from: 'web', to: 'api', port: 'tcp/80', expect: 'allow' },
  { from: 'web', to: 'db', port: 'tcp/5432', expect: 'deny', cause: 'leak' },
  { from: 'api', to: 'db', port: 'tcp/5432', expect: 'deny', cause: 'listener-dead' },
  { from: 'api', to: 'web', port: 'tcp/80', expect: 'deny', cause: 'starved' },
];

const whole = (text: string | Iterable<string>): string =>
  typeof text === 'string' ? text : [...text].join('');

describe('every format', () => {
  test.each(FORMAT_NAMES)('%s leaves no control or bidirectional character raw', async (name) => {
    const render = await FORMATS[name]();
    const text = whole(render(runResult(evil), { ...options, wide: true }));
    // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
  });

  test.each(FORMAT_NAMES)('%s says something about an empty matrix and ends its last line', async (name) => {
    const render = await FORMATS[name]();
    expect(whole(render(runResult([]), options))).toMatch(/^[^]+[^\n]\n$/);
  });
});

describe('json and yaml', () => {
  test.each([
    ['json', json, JSON.parse],
    ['yaml', yaml, load],
  ] as const)('%s reads back as exactly the result', (_, render, read) => {
    const result = runResult([...evil, ...mixed]);
    expect(read(whole(render(result)))).toEqual(JSON.parse(JSON.stringify(result)));
  });
});

describe('junit', () => {
  test('failure, error, skipped: broken expectation, fault of the instrument, inconclusive', () => {
    const root = readXml(junit(runResult(mixed)));
    expect(root.attributes).toMatchObject({
      tests: '5',
      failures: '1',
      errors: '2',
      skipped: '1',
      time: '6.300',
    });
    const states = root.children.flatMap((suite) =>
      suite.children
        .filter(({ name }) => name === 'testcase')
        .map((c) => [c.attributes['name'], c.children[0]?.name]),
    );
    expect(states).toEqual([
      ['web -> api tcp/80 allow', undefined],
      ['web -> db tcp/5432 deny', 'failure'],
      ['api -> db tcp/5432 deny', 'skipped'],
      ['api -> web tcp/80 deny', 'error'],
      ['every expectation was decided', 'error'],
    ]);
  });

  test('is green only when everything is decided', () => {
    const root = readXml(junit(runResult(mixed.slice(0, 1))));
    expect(root.attributes).toMatchObject({ tests: '2', failures: '0', errors: '0', skipped: '0' });
  });

  test('stays well-formed whatever the names are', () => {
    const root = readXml(junit(runResult(evil)));
    const failure = root.children[0]?.children.find(({ name }) => name === 'testcase')?.children[0];
    expect(failure?.attributes['message']).toContain(`a"b'<c>&]]>|`);
  });

  test('names an address only where an endpoint has several', () => {
    const root = readXml(
      junit(
        runResult([
          { from: 'a', to: 'b', port: 'tcp/1', expect: 'allow', host: '10.0.0.1' },
          { from: 'a', to: 'b', port: 'tcp/1', expect: 'allow', host: '10.0.0.2' },
          { from: 'a', to: 'c', port: 'tcp/1', expect: 'allow', host: '10.0.0.3' },
        ]),
      ),
    );
    const names = root.children[0]?.children.flatMap(({ name, attributes }) =>
      name === 'testcase' ? [attributes['name']] : [],
    );
    expect(names).toEqual([
      'a -> b tcp/1 allow at 10.0.0.1',
      'a -> b tcp/1 allow at 10.0.0.2',
      'a -> c tcp/1 allow',
    ]);
  });
});

describe('tap', () => {
  test('plans every point and counts nothing inconclusive as ok', () => {
    const lines = tap(runResult(mixed)).split('\n');
    expect(lines[0]).toBe('TAP version 14');
    expect(lines[2]).toBe('1..4');
    expect(lines.filter((line) => /^(not )?ok /.test(line))).toEqual([
      'ok 1 - web -> api tcp/80 allow',
      'not ok 2 - web -> db tcp/5432 deny',
      'not ok 3 - api -> db tcp/5432 deny',
      'not ok 4 - api -> web tcp/80 deny',
    ]);
  });

  test('a name can neither begin a directive nor break a line', () => {
    const lines = tap(
      runResult([{ from: 'a # SKIP', to: 'b\\\nok 2', port: 'tcp/1', expect: 'allow' }]),
    ).split('\n');
    expect(lines[3]).toBe('ok 1 - a \\# SKIP -> b\\\\\\\\nok 2 tcp/1 allow');
    expect(lines.filter((line) => line.startsWith('ok'))).toHaveLength(1);
  });

  test('diagnostics are YAML between the markers', () => {
    const text = tap(runResult(mixed));
    const blocks = [...text.matchAll(/^ {2}---\n([^]*?)^ {2}\.\.\.$/gm)].map(([, block = '']) => load(block));
    expect(blocks).toHaveLength(3);
    expect(blocks[0]).toMatchObject({
      verdict: 'fail',
      cause: 'leak',
      client: expect.stringContaining('3 × connected'),
    });
  });
});

describe('markdown', () => {
  test('every row of the table has as many cells as its head, whatever the names are', () => {
    const rows = markdown(runResult([...evil, ...mixed]))
      .split('\n')
      .filter((line) => line.startsWith('|'));
    expect(rows).toHaveLength(2 + 4);
    expect(new Set(rows.map((row) => row.split('|').length)).size).toBe(1);
  });

  test('names carry no structure, link, mention or reference', () => {
    const text = markdown(runResult(evil));
    expect(text).not.toMatch(/@all|#1\b|\]\(|<c>|http:/);
  });

  test('fits a comment on GitHub even when everything fails', () => {
    const names = Array.from({ length: 100 }, (_, i) => `workload-${i}`);
    const specs = meshOf(names, names, ['tcp/80'], () => ({ expect: 'deny', cause: 'leak' }));
    expect(markdown(runResult(specs)).length).toBeLessThan(65_536);
  });
});
