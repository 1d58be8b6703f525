/** What a right scenario becomes, and what a wrong one says all at once. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { EXIT } from '../../../src/model/errors.ts';
import { GOOD, POLICY, changed, issuesOf, load, refusal } from './memory.ts';

const at = (line: number, column: number) => ({ file: 'scenario.yaml', line, column });

describe('a right scenario', () => {
  test('has everything that was written, with its places', async () => {
    const { scenario } = await load();
    expect(scenario.name).toBe('good');
    expect(scenario.description).toBe('Nothing wrong here');
    expect(scenario.file).toBe('scenario.yaml');
    expect(scenario.digest).toBe(createHash('sha256').update(GOOD).digest('hex'));
    expect(scenario.namespaces).toEqual([
      { name: 'shop', create: true, labels: { tier: 'app' }, position: at(5, 3) },
      { name: 'payments', create: false, labels: {}, position: at(6, 3) },
    ]);
    expect(scenario.workloads[1]).toEqual({
      name: 'api',
      namespace: 'shop',
      labels: { app: 'api' },
      placement: { kind: 'different', workload: 'web' },
      listen: [
        { protocol: 'tcp', port: 8080 },
        { protocol: 'udp', port: 5353 },
      ],
      portNames: {},
      position: at(12, 3),
    });
    expect(scenario.zones).toEqual([{ name: 'frontend', members: ['web'], position: at(34, 3) }]);
  });

  test('has targets of every kind, with defaults', async () => {
    const { scenario } = await load();
    expect(scenario.targets).toEqual([
      {
        kind: 'service',
        name: 'pay',
        service: 'ledger',
        namespace: 'pci',
        via: 'clusterIP',
        ports: [{ protocol: 'https', port: 443 }],
        path: '/healthz',
        position: at(20, 3),
      },
      {
        kind: 'pods',
        name: 'db',
        namespace: 'data',
        selector: { app: 'db' },
        limit: 3,
        ports: [{ protocol: 'tcp', port: 5432 }],
        position: at(24, 3),
      },
      {
        kind: 'host',
        name: 'internet',
        host: '203.0.113.10',
        ports: [{ protocol: 'tcp', port: 443 }],
        position: at(27, 3),
      },
      {
        kind: 'dns',
        name: 'lookup',
        query: 'www.example.com',
        resolver: '10.96.0.10',
        ports: [{ protocol: 'dns', port: 53 }],
        position: at(30, 3),
      },
    ]);
  });

  test('has rules of both forms', async () => {
    const { scenario } = await load();
    expect(scenario.expect).toEqual({
      default: 'deny',
      position: at(37, 3),
      rules: [
        {
          from: ['web'],
          to: ['api'],
          ports: [{ protocol: 'tcp', port: 8080 }],
          expect: 'allow',
          position: at(39, 7),
        },
        {
          from: ['web', 'api'],
          to: ['lookup'],
          ports: [{ protocol: 'dns', port: 53 }],
          expect: 'allow',
          position: at(40, 7),
        },
        { from: ['attacker'], to: ['*'], ports: 'all', expect: 'deny', position: at(41, 7) },
        {
          from: ['frontend'],
          to: ['pay'],
          ports: [{ protocol: 'https', port: 443 }],
          expect: 'allow',
          status: 200,
          reason: 'web pays',
          position: at(42, 7),
        },
      ],
    });
  });

  test('has settings in milliseconds, with defaults', async () => {
    const { scenario } = await load(
      changed(['attempt: { timeout: 1s, settleBudget: 30s }', 'attempt: { timeout: 1.5s, rate: 50 }']),
    );
    expect(scenario.attempt).toEqual({
      timeoutMs: 1500,
      attempts: 3,
      stableRounds: 2,
      settleBudgetMs: 30_000,
      concurrency: 20,
      ratePerSecond: 50,
    });
    expect(scenario.pods).toEqual({
      image: 'docker.io/library/node:22-alpine',
      imagePullPolicy: 'IfNotPresent',
      imagePullSecrets: [],
      cpu: '100m',
      memory: '96Mi',
      startTimeoutMs: 120_000,
    });
  });

  test('takes names that objects have anyway', async () => {
    const { scenario } = await load(
      GOOD.replaceAll('attacker', 'constructor').replaceAll('web', 'valueof').replaceAll('www.', ''),
    );
    expect(scenario.workloads.map((workload) => workload.name)).toEqual(['valueof', 'api', 'constructor']);
  });

  test('keeps names as they are written, even such as look like numbers', async () => {
    const { scenario } = await load(
      changed(['  attacker:\n', '  010:\n'], ['"attacker -x *"', '"010 -x *"']),
    );
    expect(scenario.workloads.map((workload) => workload.name)).toEqual(['web', 'api', '010']);
  });

  test('may use aliases', async () => {
    const { scenario } = await load(
      changed(
        ['labels: { app: web }', 'labels: &labels { app: web }'],
        ['labels: { app: api }', 'labels: *labels'],
      ),
    );
    expect(scenario.workloads.map((workload) => workload.labels)).toEqual([
      { app: 'web' },
      { app: 'web' },
      {},
    ]);
  });

  test('is complete as a matrix', async () => {
    const { matrix } = await load();
    const allowed = matrix.cells.filter((cell) => cell.expect === 'allow');
    expect(matrix.cells).toHaveLength(3 * 7);
    expect(allowed.map((cell) => `${cell.source} -> ${cell.endpoint.id}`)).toEqual([
      'web -> api:tcp/8080',
      'web -> pay:https/443',
      'web -> lookup:dns/53',
      'api -> lookup:dns/53',
    ]);
  });
});

describe('a wrong scenario', () => {
  test('tells everything at once, in the order of lines', async () => {
    const wrong = changed(
      ['  payments:\n', '  payments:\n  payments:\n'],
      ['labels: { app: web }', 'lables: { app: web }'],
      ['differentNodeFrom: web', 'differentNodeFrom: wbe'],
      ['listen: [tcp/8080, udp/5353]', 'listen: [tcp/80, udp/5353]'],
      ['host: 203.0.113.10', 'host: 203.0.113.0/24'],
      ['- web, api -> lookup: dns', '- web, aip -> lookup: dns'],
      ['cpu: 100m', 'cpus: 100m'],
    );
    expect(
      await issuesOf(wrong, { 'policies/deny.yaml': POLICY.replace('podSelector', 'podselector') }),
    ).toEqual([
      '7:3: "payments" is here twice: first on line 6',
      '11:5: unknown field "lables" in workload (did you mean "labels"?)',
      `16:14: tcp/80 can't be served: probe pods run without privileges (take a port over 1024, such as tcp/8080)`,
      '17:24: unknown workload "wbe" (did you mean "web"?)',
      '29:11: "203.0.113.0/24" is a range, not one host (write one address in it)',
      '40:19: "api" does not offer tcp/8080; it offers tcp/80, udp/5353 (did you mean "tcp/80"?)',
      '41:12: unknown name "aip" (did you mean "api"?)',
      '50:9: unknown field "cpus" in pod settings (did you mean "cpu"?)',
      'policies/deny.yaml:7:3: unknown field "podselector" in NetworkPolicy spec (did you mean "podSelector"?)',
    ]);
  });

  test('does not complain of rules for what is wrong with the things in them', async () => {
    const wrong = changed(
      ['listen: [tcp/8080, udp/5353]', 'listen: [tpc/8080, udp/5353]'],
      ['frontend: [web]', 'frontend: []'],
    );
    expect(await issuesOf(wrong)).toEqual([
      '15:14: "tpc/8080" is not a port: write tcp, udp, http or https, "/" and a number, as in tcp/8080 (did you mean "tcp/8080"?)',
      '34:13: this must not be empty',
    ]);
  });

  test('is a usage error that counts its problems', async () => {
    const error = await refusal(changed(['default: deny', 'default: no']));
    expect(error.code).toBe('scenario-invalid');
    expect(error.exitCode).toBe(EXIT.usage);
    expect(error.message).toBe('scenario.yaml has one problem');
  });

  test('with thousands of mistakes shows the first hundred, soon', async () => {
    const workloads = Array.from(
      { length: 5000 },
      (_, n) => `  w${n}: { namespac: shop, listen: [tpc/8080] }\n`,
    );
    const start = performance.now();
    const error = await refusal(changed(['workloads:\n', `workloads:\n${workloads.join('')}`]));
    expect(performance.now() - start).toBeLessThan(5000);
    expect(error.message).toBe('scenario.yaml has 10000 problems');
    expect(error.issues).toHaveLength(101);
    expect(error.issues.at(-1)).toEqual({ message: 'there are 9900 more problems in scenario.yaml' });
  });

  test('with nothing to connect to proves nothing', async () => {
    const mute = `apiVersion: netproof/v1
kind: Scenario
metadata: { name: mute }
namespaces: { shop: }
workloads: { web: { namespace: shop } }
expect: { default: deny }
`;
    expect(await issuesOf(mute)).toEqual([
      '5:1: there is nothing to connect to: no workload listens and there is no target (give a workload a port, as in listen: [tcp/8080])',
    ]);
  });

  test('never shows control characters of the file', async () => {
    const [issue] = await issuesOf(changed(['default: deny', String.raw`default: "\e[31m\u202E"`]));
    expect(issue).toBe(
      String.raw`37:12: "\u{1b}[31m\u{202e}" is not allow or deny (choose from "allow", "deny")`,
    );
  });
});

describe('a file that is none', () => {
  test.each([
    ['empty', '', '1:1: the file is empty'],
    ['only a comment', '# later\n', '1:1: the file has nothing in it'],
    ['a list', '- web\n', '1:1: a list is not a map'],
    ['too large', 'a'.repeat(1_000_001), '1:1: the file is larger than 1 MB'],
    ['binary', 'a: 1\r\nb: \u0000', '2:4: the file has a NUL byte: it is not text'],
    [
      'of another encoding',
      Uint8Array.of(97, 58, 32, 0xe4, 10),
      '1:4: the file is not valid UTF-8 (save it as UTF-8)',
    ],
    ['UTF-16', Uint8Array.of(0xff, 0xfe, 97, 0), '1:1: the file is UTF-16 (save it as UTF-8)'],
    [
      'two documents',
      `${GOOD}---\n${GOOD}`,
      '51:1: a second document begins here: a file holds one scenario (write each scenario into a file of its own)',
    ],
    ['too deep', '['.repeat(200), '1:100: this is not valid YAML: nesting exceeded maxDepth (100)'],
  ])('%s', async (_, content, issue) => {
    expect(await issuesOf(content)).toEqual([issue]);
  });

  test('a YAML bomb is refused, and quickly', async () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let n = 1; n < 40; n++) lines.push(`a${n}: &a${n} [${`*a${n - 1}, `.repeat(10)}]`);
    const start = performance.now();
    expect(await issuesOf(lines.join('\n'))).toEqual([
      '1:1: this holds more than 200000 values once its aliases are expanded',
    ]);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  test('an alias within itself is refused', async () => {
    expect(await issuesOf('a: &a [*a]\n')).toEqual([
      '1:8: no complete value named by &a stands before this alias (text that begins with * or ! or & needs quotes)',
    ]);
  });

  test('a byte order mark is no harm', async () => {
    expect((await load(`\uFEFF${GOOD}`)).scenario.workloads[0]?.position).toEqual(at(8, 3));
  });
});
