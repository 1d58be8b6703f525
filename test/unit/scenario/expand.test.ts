/** What rules mean for the cells of the matrix. */
import { describe, expect, test } from '@jest/globals';
import { NetproofError } from '../../../src/model/errors.ts';
import type { Matrix } from '../../../src/model/matrix.ts';
import type { Rule, Scenario, Target } from '../../../src/model/scenario.ts';
import { expandMatrix } from '../../../src/scenario/expand.ts';
import { line } from './memory.ts';
import { FILE, port, rule, scenario, workload } from './make.ts';

const position = { file: FILE, line: 1, column: 1 };
const lookup: Target = { kind: 'dns', name: 'lookup', query: 'a.example', ports: [port('dns')], position };

const parts = {
  workloads: [workload('web', ['http/8080', 'tcp/9090']), workload('api', ['tcp/8080']), workload('idle')],
  targets: [lookup],
  zones: [
    { name: 'front', members: ['web', 'idle'] },
    { name: 'all-things', members: ['web', 'api', 'lookup'] },
  ],
};

function allowed(...rules: Rule[]): string[] {
  return cells(expandMatrix(scenario({ ...parts, rules })));
}

function cells({ cells: all }: Matrix): string[] {
  const mine = all.filter((cell) => cell.expect === 'allow');
  return mine.map(({ source, endpoint, status }) => `${source} ${endpoint.id}${status ? ` ${status}` : ''}`);
}

function issues(made: Scenario): string[] {
  try {
    expandMatrix(made);
    return [];
  } catch (error) {
    if (!(error instanceof NetproofError)) throw error;
    return error.issues.map(line);
  }
}

const problems = (...rules: Rule[]): string[] => issues(scenario({ ...parts, rules }));

describe('a rule', () => {
  test('leaves every other pair to the default, a workload with itself included', () => {
    const { sources, endpoints, cells: all } = expandMatrix(scenario(parts));
    expect(sources).toEqual(['web', 'api', 'idle']);
    expect(endpoints.map(({ id }) => id)).toEqual([
      'web:http/8080',
      'web:tcp/9090',
      'api:tcp/8080',
      'lookup:dns/53',
    ]);
    expect(all.map(({ source, endpoint }) => `${source} ${endpoint.id}`)).toContain('web web:tcp/9090');
    expect(all.every((cell) => cell.expect === 'deny' && cell.origin.line === 1)).toBe(true);
  });

  test.each<[string, Rule, string[]]>([
    ['names both sides', rule(2, 'web', 'api', 'tcp/8080'), ['web api:tcp/8080']],
    ['means every port by all', rule(2, 'idle', 'web', 'all'), ['idle web:http/8080', 'idle web:tcp/9090']],
    [
      'means every workload by * as source',
      rule(2, '*', 'api', 'all'),
      ['web api:tcp/8080', 'api api:tcp/8080', 'idle api:tcp/8080'],
    ],
    [
      'means every workload that listens and every target by * as destination',
      rule(2, 'idle', '*', 'all'),
      ['idle web:http/8080', 'idle web:tcp/9090', 'idle api:tcp/8080', 'idle lookup:dns/53'],
    ],
    ['takes away with !', rule(2, '* !api !idle', 'api', 'all'), ['web api:tcp/8080']],
    ['takes away wherever the ! stands', rule(2, '!w* !idle *', 'api', 'all'), ['api api:tcp/8080']],
    ['takes away zones', rule(2, '* !front', 'api', 'all'), ['api api:tcp/8080']],
    [
      'takes away what is not there',
      rule(2, 'api', 'api lookup !idle', 'all'),
      ['api api:tcp/8080', 'api lookup:dns/53'],
    ],
    ['matches globs', rule(2, 'i*e', '*p*i', 'all'), ['idle api:tcp/8080']],
    [
      'means the sources in a zone',
      rule(2, 'front', 'api', 'all'),
      ['web api:tcp/8080', 'idle api:tcp/8080'],
    ],
    [
      'means those of a zone that offer the port',
      rule(2, 'idle', 'all-things', 'tcp/8080 dns'),
      ['idle api:tcp/8080', 'idle lookup:dns/53'],
    ],
  ])('%s', (_, one, expected) => {
    expect(allowed(one)).toEqual(expected);
  });

  test('gives its place and reason to its cells', () => {
    const made = scenario({
      ...parts,
      rules: [rule(7, 'web', 'api', 'all', 'allow', { reason: 'calls it' })],
    });
    const cell = expandMatrix(made).cells.find(({ expect: wanted }) => wanted === 'allow');
    expect(cell).toMatchObject({ reason: 'calls it', origin: { line: 7 } });
  });

  test('may say again what the default or another rule says', () => {
    expect(
      allowed(
        rule(2, 'web', 'api', 'all'),
        rule(3, '*', 'api', 'tcp/8080'),
        rule(4, 'web', 'lookup', 'all', 'deny'),
      ),
    ).toEqual(['web api:tcp/8080', 'api api:tcp/8080', 'idle api:tcp/8080']);
  });

  test('asks only HTTP for its status, and decides where one asks and another does not', () => {
    const made = scenario({
      ...parts,
      rules: [rule(2, 'idle', 'web', 'all'), rule(3, 'idle', 'web', 'all', 'allow', { status: 200 })],
    });
    expect(cells(expandMatrix(made))).toEqual(['idle web:http/8080 200', 'idle web:tcp/9090']);
    const [http, tcp] = expandMatrix(made).cells.filter((cell) => cell.expect === 'allow');
    expect([http?.origin.line, tcp?.origin.line]).toEqual([3, 2]);
  });
});

describe('refused', () => {
  const narrow = 'take the cell out of one of them with "!name", or name fewer ports';

  test('a port that a named destination does not offer, but not one that some of a zone lack', () => {
    expect(problems(rule(2, 'idle', 'web api', 'tcp/8080'))).toEqual([
      '2:7: "web" does not offer tcp/8080; it offers http/8080, tcp/9090 (did you mean "http/8080"?)',
    ]);
    expect(problems(rule(2, 'idle', 'all-things', 'udp/1'))).toEqual([
      '2:7: nothing that this rule reaches offers udp/1 (choose from "http/8080", "tcp/9090", "tcp/8080", "dns/53")',
    ]);
  });

  test('one contradiction for each pair of rules, wherever they meet', () => {
    expect(
      problems(
        rule(2, 'web', 'api', 'all'),
        rule(3, '*', '*', 'tcp/8080'),
        rule(4, 'front', 'api', 'all', 'deny'),
        rule(5, 'idle', 'lookup', 'all', 'deny'),
      ),
    ).toEqual([
      `4:7: contradicts line 2: this rule denies web -> api:tcp/8080, which line 2 allows (${narrow})`,
      `4:7: contradicts line 3: this rule denies web -> api:tcp/8080, which line 3 allows (${narrow})`,
    ]);
  });

  test('two statuses for one cell', () => {
    expect(
      problems(
        rule(2, 'idle', 'web', 'http/8080', 'allow', { status: 200 }),
        rule(3, '*', 'web', 'http/8080', 'allow', { status: 403 }),
      ),
    ).toEqual([
      `3:7: contradicts line 2: for idle -> web:http/8080, this rule asks for status 403 and line 2 asks for status 200 (${narrow})`,
    ]);
  });

  test('two statuses where only TCP is reached by both', () => {
    expect(
      problems(
        rule(2, 'idle', 'web', 'all', 'allow', { status: 200 }),
        rule(3, 'idle', 'web', 'tcp/9090', 'allow', { status: 403 }),
      ),
    ).toEqual(['3:7: a status is only for http and https, and this rule reaches no such port']);
  });

  test('but not rules that meet only where their statuses mean nothing', () => {
    const more = { ...parts, workloads: [...parts.workloads, workload('web2', ['http/8081'])] };
    const rules = [
      rule(2, 'idle', 'web', 'all', 'allow', { status: 200 }),
      rule(3, 'idle', 'web*', 'tcp/9090 http/8081', 'allow', { status: 403 }),
      rule(4, 'idle', 'web2', 'all', 'deny'),
    ];
    expect(issues(scenario({ ...more, rules }))).toEqual([
      `4:7: contradicts line 3: this rule denies idle -> web2:http/8081, which line 3 allows (${narrow})`,
    ]);
  });

  test('a matrix out of all proportion', () => {
    const workloads = Array.from({ length: 1001 }, (_, n) => workload(`w${n}`, ['tcp/8080']));
    expect(issues(scenario({ workloads }))).toEqual([
      '1:1: 1001 sources and 1001 endpoints make more than 1000000 pairs (split the scenario)',
    ]);
  });
});

test('rules that repeat each other without end are refused before they take minutes', () => {
  const workloads = Array.from({ length: 1000 }, (_, n) => workload(`w${n}`, ['tcp/8080']));
  const rules = Array.from({ length: 101 }, (_, n) => rule(n + 2, '*', '*', 'all'));
  expect(issues(scenario({ workloads, rules }))).toEqual([
    '1:1: the rules speak about more than 100000000 pairs, the same ones again and again (leave out rules that others contain)',
  ]);
});

test('60,000 cells take little time and share their endpoints', () => {
  const ports = ['tcp/8001', 'tcp/8002', 'http/8003', 'https/8004', 'udp/8005', 'udp/8006'];
  const workloads = Array.from({ length: 100 }, (_, n) => workload(`w${n}`, ports));
  const made = scenario({ workloads, rules: [rule(2, '*', '*', 'tcp/8001 http/8003 udp/8005')] });
  expandMatrix(made);
  const start = performance.now();
  const { cells: all, endpoints } = expandMatrix(made);
  // About 20 ms on a quiet machine; the bound only has to tell linear from quadratic.
  expect(performance.now() - start).toBeLessThan(500);
  expect(all).toHaveLength(60_000);
  expect(new Set(all.map((cell) => cell.endpoint))).toEqual(new Set(endpoints));
  expect(all.filter((cell) => cell.expect === 'allow')).toHaveLength(30_000);
});
