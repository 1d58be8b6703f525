import { describe, expect, test } from '@jest/globals';
import stringWidth from 'string-width';
import type { Detection } from '../../../src/model/detection.ts';
import { renderPreflight } from '../../../src/report/preflight.ts';
import { render } from '../../../src/report/table.ts';
import { meshOf, type ProbeSpec, runResult } from '../../support/result.ts';

const options = { wide: false, color: false, unicode: true, width: 80 };

const names = (n: number, prefix: string): string[] => Array.from({ length: n }, (_, i) => `${prefix}-${i}`);

const threeTier: readonly ProbeSpec[] = [
  { from: 'web', to: 'api', port: 'tcp/8080', expect: 'allow' },
  { from: 'web', to: 'api', port: 'http/80', expect: 'allow', flaky: true },
  {
    from: 'web',
    to: 'db',
    port: 'tcp/5432',
    expect: 'deny',
    cause: 'leak',
    reason: 'web has no business here',
    line: 12,
  },
  { from: 'api', to: 'db', port: 'tcp/5432', expect: 'allow', cause: 'blocked', line: 13 },
  { from: 'db', to: 'api', port: 'tcp/8080', expect: 'deny' },
  { from: 'db', to: 'api', port: 'http/80', expect: 'deny', cause: 'listener-dead', line: 14 },
];

describe('the terminal report', () => {
  test('draws the matrix, the evidence of all that does not pass, and the summary', () => {
    expect(render(runResult(threeTier), options)).toBe(
      `scenario   three-tier (scenarios/three-tier.yaml)
cluster    kind-test: https://127.0.0.1:6443, Kubernetes v1.34.1, 2 nodes
preflight  enforces ingress and egress; a denied attempt is timed out; in force
           after 310 ms
run        r7f3k2, netproof 0.1.0, 2026-01-02T03:04:05.000Z

     │ api       │ db
     │ tcp  http │ tcp
from │ 8080 80   │ 5432
web  │ ✓    ~✓   │ L
api  │           │ B
db   │ –    ?–   │

✓ allow, got through   – deny, stopped
~✓ allow, got through but not every time   ?– deny, not proven
B BLOCKED: allow, stopped   L LEAK: deny, got through

LEAK: expected deny, but packets arrived and were answered (1 probe)
  web → db tcp/5432  expected deny by scenarios/three-tier.yaml:12:7 (web has no
  business here)
    it came to leak.
    web saw: 3 × connected after 1.2 ms to 3.2 ms (from ports 40101 40102
    40103); db saw: 3 nonces from 10.244.1.5; controls: destination answered
    another source, source got answers elsewhere, path between the nodes works

BLOCKED: expected allow, but nothing got through (1 probe)
  api → db tcp/5432  expected allow by scenarios/three-tier.yaml:13:7
    it came to blocked.
    api saw: 3 × timed out after 1 s (from ports 40101 40102 40103); db saw:
    none of its packets; controls: destination answered another source, source
    got answers elsewhere, path between the nodes works

INCONCLUSIVE: the destination was not shown to be listening (1 probe)
  db → api http/80  expected deny by scenarios/three-tier.yaml:14:7
    it came to listener-dead.
    db saw: 3 × timed out after 1 s (from ports 40101 40102 40103); api saw:
    none of its packets; controls: destination answered another source, source
    got answers elsewhere, path between the nodes works

FLAKY: passed, but attempts disagreed (1 probe)
  web → api http/80  expected allow by scenarios/three-tier.yaml:42:7
    it came to reached.
    web saw: 3 × connected after 1.2 ms to 3.2 ms (from ports 40101 40102
    40103); api saw: 3 nonces from 10.244.1.5; controls: destination answered
    another source, source got answers elsewhere, path between the nodes works

FAILED  6 probes: 3 pass, 2 fail, 1 inconclusive, 1 flaky, in 6.3 s, settled in
1.2 s; exit 1: at least one expectation does not hold
`,
    );
  });

  test('colour adds escape codes and changes no text', () => {
    const colored = render(runResult(threeTier), { ...options, color: true });
    expect(colored).toContain('\u001b[31m');
    // oxlint-disable-next-line no-control-regex -- the escape codes are what is removed
    expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(render(runResult(threeTier), options));
  });

  test('is ASCII where the terminal has no UTF-8', () => {
    const text = render(runResult(threeTier), { ...options, unicode: false });
    expect(text).toContain('web  | +    ~+   | L\n');
    // oxlint-disable-next-line no-control-regex -- ASCII is the claim
    expect(text).toMatch(/^[\x00-\x7f]*$/);
  });

  test('a name from a cluster cannot command the terminal', () => {
    const evil = 'db\u001b[2J\u202eyned\u009b31m\u0007';
    const text = render(
      runResult([
        {
          from: 'web',
          to: evil,
          port: 'tcp/1',
          expect: 'deny',
          cause: 'leak',
          reason: 'two\nlines',
          because: evil,
        },
      ]),
      { ...options, wide: true },
    );
    // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
    expect(text).toContain('db\\u{1b}[2J\\u{202e}yned\\u{9b}31m\\u{7}');
    expect(text).toContain('(two\\nlines)');
  });

  test('wide and combining characters keep the columns straight', () => {
    const text = render(
      runResult(
        meshOf(['ワークロード', 'e\u0301cole', '👩‍👩‍👧 team', 'plain'], ['データ', 'x'], ['tcp/1'], () => ({})),
      ),
      options,
    );
    const bars = text.split('\n').filter((line) => line.includes('│'));
    expect(bars.length).toBe(7);
    const columns = new Set(bars.map((line) => stringWidth(line.slice(0, line.indexOf('│')))));
    expect([...columns]).toEqual([stringWidth('ワークロード ')]);
  });

  test('one cell', () => {
    const text = render(runResult([{ from: 'a', to: 'b', port: 'udp/53', expect: 'deny' }]), options);
    expect(text).toContain(
      '     │ b\n     │ udp\nfrom │ 53\na    │ –\n\n– deny, stopped\n\nPROVEN  1 probe: 1 pass,',
    );
  });

  test('an empty matrix proves nothing and says so', () => {
    const text = render(runResult([]), options);
    expect(text).toContain('nothing was asked: the matrix is empty');
    expect(text).not.toContain('PROVEN');
  });

  test.each([40, 80, 140])('no line of the matrix is wider than %i columns', (width) => {
    const specs = meshOf(
      names(9, 'a-rather-long-workload-name'),
      names(9, 'payments-service'),
      ['tcp/8080', 'udp/5353', 'https/443', 'http/80'],
      () => ({}),
    );
    const text = render(runResult(specs), { ...options, width });
    const lines = text.split('\n').filter((line) => line.includes('│'));
    expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(width);
    for (const to of names(9, 'service')) expect(text).toContain(to);
    expect(text.match(/✓/g)).toHaveLength(9 * 9 * 4 + 1);
  });

  test.each([50, 80, 140])('no line at all is wider than %i columns, colours aside', (width) => {
    const text = render(runResult(threeTier), { ...options, color: true, width });
    expect(Math.max(...text.split('\n').map((line) => stringWidth(line)))).toBeLessThanOrEqual(width);
  });

  test('a destination with more ports than fit is told in several blocks', () => {
    const ports = Array.from({ length: 30 }, (_, i) => `tcp/${10_000 + i}`);
    const text = render(runResult(meshOf(['a'], ['b'], ports, () => ({}))), { ...options, width: 60 });
    for (const port of ports) expect(text).toContain(port.slice(4));
    const lines = text.split('\n').filter((line) => line.includes('│'));
    expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(60);
  });
});

describe('a matrix too big to draw', () => {
  const sources = names(100, 'workload');
  const destinations = names(100, 'service');
  const ports = ['tcp/1', 'tcp/2', 'tcp/3', 'tcp/4', 'udp/1', 'udp/2'];

  test('collapses to the rows and columns with something to tell', () => {
    const specs = meshOf(sources, destinations, ports, (from, to) =>
      from === 'workload-7' && to.startsWith('service-1') ? { expect: 'deny', cause: 'leak' } : {},
    );
    const text = render(runResult(specs), options);
    expect(text).toMatch(/\nworkload-7 │ L6/);
    expect(text).toContain('99 sources and 89 destinations left out here');
    expect(text.split('\n').length).toBeLessThan(150);
  });

  test('becomes counts per source when even that is too much', () => {
    const specs = meshOf(sources, destinations, ports, (from) =>
      from === 'workload-99' ? {} : { expect: 'deny', cause: 'leak' },
    );
    const text = render(runResult(specs), options);
    expect(text).toContain('The matrix has 60,000 probes and is too big to draw');
    expect(text).toMatch(/\nworkload-0 +600\n/);
    expect(text).toContain('and 60 more sources, 59 of them with something to tell: see -o json');
    expect(text).toContain('  and 59,280 more, see -o json');
    expect(text.split('\n').length).toBeLessThan(300);
  });

  test('that is proven is one line', () => {
    const text = render(runResult(meshOf(sources, destinations, ports, () => ({}))), options);
    expect(text).toContain('100 sources with every expectation proven');
    expect(text.split('\n').length).toBeLessThan(20);
  });
});

test('wide adds phases, pods with nodes and addresses, and a line per probe', () => {
  const text = render(runResult(threeTier), { ...options, wide: true });
  expect(text).toContain('phases  resolve 40 ms, preflight 2.1 s, deploy 1.5 s, probe 2.6 s, judge 3 ms');
  expect(text).toMatch(/npweb-0 +prober +web +shop +worker-1 +10\.244\.1\.5 +900 ms/);
  expect(text).toMatch(
    /web +worker-1 +db +tcp\/5432 +10\.244\.2\.7 +deny +connected +fail: leak +3\.2 ms +3 +4 +3 nonces/,
  );
});

test('no line of a preflight is wider than the terminal, colours aside', () => {
  const { record, tool, timings } = runResult([]);
  const detection: Detection = {
    enforcer: { kind: 'unknown', why: 'nothing was recognised' },
    engines: [],
    meshes: [],
    pools: [],
    notes: [],
    unread: [],
  };
  const summary = { proven: 18, absent: 0, unknown: 2, exitCode: 4 } as const;
  const result = { apiVersion: 'netproof/v1', kind: 'PreflightResult', tool, summary, timings } as const;
  const text = renderPreflight({ ...result, record: { ...record, detection } }, { ...options, color: true });
  expect(Math.max(...text.split('\n').map((line) => stringWidth(line)))).toBeLessThanOrEqual(80);
  expect(text.replaceAll(/\s+/g, ' ')).toContain('exit 4: nothing was seen to be missing, but something');
});
