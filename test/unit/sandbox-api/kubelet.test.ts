import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Pod, PodSpec, Service } from '../../../src/sandbox/api/object.ts';
import { readLines, shownLines, tailPosition } from '../../../src/sandbox/api/log-lines.ts';
import { ConfigError, type Sources, environment } from '../../../src/sandbox/node/environment.ts';
import { expand } from '../../../src/sandbox/node/expand.ts';
import { StartError, commandLine, findProgram } from '../../../src/sandbox/node/image.ts';
import { LogFile } from '../../../src/sandbox/node/log-file.ts';
import { hostsFile, resolvConf } from '../../../src/sandbox/node/pod-files.ts';
import {
  type ContainerStatus,
  type PodFacts,
  phaseOf,
  podStatus,
} from '../../../src/sandbox/node/pod-status.ts';

const meta = (name: string) => ({
  name,
  namespace: 'ns',
  uid: 'u-1',
  resourceVersion: '1',
  creationTimestamp: '',
});
const pod = (spec: Partial<PodSpec> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { ...meta('p'), labels: { app: 'x' } },
  spec: { containers: [], nodeName: 'n', ...spec },
});

// From the kubelet's own table of cases (third_party/forked/golang/expansion).
test.each([
  ['$(A)', 'a'],
  ['$(A)$(B)', 'ab'],
  ['--$(A)--', '--a--'],
  ['$(NONE)', '$(NONE)'],
  ['$$(A)', '$(A)'],
  ['$$$(A)', '$a'],
  ['$$$$(A)', '$$(A)'],
  ['$A', '$A'],
  ['$', '$'],
  ['$$', '$'],
  ['$(A', '$(A'],
  ['$()', '$()'],
  ['$(A)$', 'a$'],
  ['\\$(A)', '\\a'],
  ['$(constructor)', '$(constructor)'],
])('%s expands to %s', (text, expected) => {
  const values = new Map([
    ['A', 'a'],
    ['B', 'b'],
  ]);
  expect(expand(text, (name) => values.get(name))).toBe(expected);
});

const service: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: meta('my-db'),
  spec: {
    clusterIP: '10.96.1.1',
    ports: [
      { port: 80, name: 'web', protocol: 'TCP' },
      { port: 53, name: 'dns', protocol: 'UDP' },
    ],
  },
};
const sources: Sources = {
  pod: pod(),
  podIP: '10.244.1.5',
  hostIP: '172.30.0.11',
  values: (kind, name) => (name === 'there' ? { KEY: kind, OTHER: 'o' } : undefined),
  services: [service],
};
const made = (container: object) => environment({ name: 'c', image: 'i', ...container }, sources);

describe('a container environment', () => {
  test('has the Services in the form of the kubelet', () => {
    expect(made({})).toEqual({
      MY_DB_SERVICE_HOST: '10.96.1.1',
      MY_DB_SERVICE_PORT: '80',
      MY_DB_SERVICE_PORT_WEB: '80',
      MY_DB_SERVICE_PORT_DNS: '53',
      MY_DB_PORT: 'tcp://10.96.1.1:80',
      MY_DB_PORT_80_TCP: 'tcp://10.96.1.1:80',
      MY_DB_PORT_80_TCP_PROTO: 'tcp',
      MY_DB_PORT_80_TCP_PORT: '80',
      MY_DB_PORT_80_TCP_ADDR: '10.96.1.1',
      MY_DB_PORT_53_UDP: 'udp://10.96.1.1:53',
      MY_DB_PORT_53_UDP_PROTO: 'udp',
      MY_DB_PORT_53_UDP_PORT: '53',
      MY_DB_PORT_53_UDP_ADDR: '10.96.1.1',
    });
  });

  test.each([
    ['metadata.name', 'p'],
    ['metadata.namespace', 'ns'],
    ['metadata.uid', 'u-1'],
    ["metadata.labels['app']", 'x'],
    ['status.podIP', '10.244.1.5'],
    ['status.hostIP', '172.30.0.11'],
    ['spec.nodeName', 'n'],
  ])('field %s', (fieldPath, value) => {
    expect(made({ env: [{ name: 'X', valueFrom: { fieldRef: { fieldPath } } }] })).toMatchObject({
      X: value,
    });
  });

  test('expands earlier variables and Services, not later ones', () => {
    const env = [
      { name: 'A', value: '$(B) $(MY_DB_SERVICE_HOST) $(constructor)' },
      { name: 'B', value: 'b' },
      { name: 'C', value: '$(B)$$(B)' },
    ];
    expect(made({ env })).toMatchObject({ A: '$(B) 10.96.1.1 $(constructor)', B: 'b', C: 'b$(B)' });
  });

  test('reads ConfigMaps and Secrets, env over envFrom', () => {
    const envFrom = [{ configMapRef: { name: 'there' }, prefix: 'P_' }, { secretRef: { name: 'there' } }];
    const env = [
      { name: 'OTHER', value: 'mine' },
      { name: 'Z', valueFrom: { secretKeyRef: { name: 'there', key: 'KEY' } } },
    ];
    expect(made({ envFrom, env })).toMatchObject({
      P_KEY: 'configmaps',
      KEY: 'secrets',
      OTHER: 'mine',
      Z: 'secrets',
    });
  });

  test.each([
    [{ envFrom: [{ configMapRef: { name: 'gone' } }] }, 'configmap "gone" not found'],
    [
      { env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'gone', key: 'k' } } }] },
      'secret "gone" not found',
    ],
    [
      { env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'there', key: 'k' } } }] },
      "couldn't find key k in ConfigMap ns/there",
    ],
    [
      { env: [{ name: 'X', valueFrom: { fieldRef: { fieldPath: 'status.phase' } } }] },
      'unsupported fieldPath: status.phase',
    ],
  ])('%j is a config error', (container, message) => {
    expect(() => made(container)).toThrow(new ConfigError(message));
  });

  test('leaves out what is optional and missing', () => {
    const env = [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'gone', key: 'k', optional: true } } }];
    expect(made({ env })).not.toHaveProperty('X');
  });
});

describe('what runs', () => {
  const line = (container: object) => commandLine({ name: 'c', ...container }, { N: '1' });
  test.each([
    [{ image: 'node:20', args: ['-v'] }, ['node', '-v']],
    [{ image: 'registry.example:5000/library/node@sha256:abc', args: ['x'] }, ['node', 'x']],
    [{ image: 'anything', command: ['sh', '-c'], args: ['echo $(N)$$(N)'] }, ['sh', '-c', 'echo 1$(N)']],
  ])('%j', (container, expected) => {
    expect(line(container)).toEqual(expected);
  });

  test('an image without a known program needs a command', () => {
    expect(() => line({ image: 'nginx:1' })).toThrow(StartError);
  });

  test('programs are found on the path; node is this one', () => {
    expect(findProgram('node', '/nowhere', '/')).toBe(process.execPath);
    expect(findProgram('sh', '/nowhere:/bin', '/')).toBe('/bin/sh');
    expect(findProgram('./sh', '', '/bin')).toBe('/bin/sh');
    expect(() => findProgram('no-such-program', '/bin', '/')).toThrow('executable file not found in $PATH');
    expect(() => findProgram('/no/such', '/bin', '/')).toThrow('stat /no/such: no such file or directory');
  });
});

describe("a pod's files", () => {
  test('resolv.conf follows the DNS policy', () => {
    expect(resolvConf(pod(), '10.96.0.10')).toBe(
      'search ns.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n',
    );
    const dnsConfig = {
      nameservers: ['1.2.3.4'],
      searches: ['x.org'],
      options: [{ name: 'ndots', value: '1' }, { name: 'rotate' }],
    };
    expect(resolvConf(pod({ dnsPolicy: 'None', dnsConfig }), '10.96.0.10')).toBe(
      'search x.org\nnameserver 1.2.3.4\noptions ndots:1 rotate\n',
    );
    expect(resolvConf(pod({ dnsConfig }), '10.96.0.10')).toContain('options ndots:1 rotate');
  });

  test('hosts names the pod and its aliases', () => {
    const hosts = hostsFile(
      pod({ hostname: 'h', subdomain: 's', hostAliases: [{ ip: '9.9.9.9', hostnames: ['a', 'b'] }] }),
      '10.244.1.5',
    );
    expect(hosts).toContain('10.244.1.5\th.s.ns.svc.cluster.local\th\n');
    expect(hosts).toContain('9.9.9.9\ta\tb\n');
  });
});

describe('a log', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'netproof-log-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const filled = (name: string, ...chunks: string[]): LogFile => {
    const log = new LogFile(join(folder, name));
    for (const chunk of chunks) log.append('stdout', Buffer.from(chunk));
    return log;
  };
  const text = (log: LogFile, from = 0, options: object = {}): string =>
    shownLines(readLines(log, from, log.size), { timestamps: false, ...options }).toString();

  test('keeps whole lines under a time and stream of fixed length', () => {
    const log = filled('a', 'one\ntw', 'o\nthree');
    expect(log.read(0, log.size).toString()).toMatch(
      /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z stdout F (one|two)\n){2}$/,
    );
    expect(text(log)).toBe('one\ntwo\n');
    log.append('stderr', Buffer.from('err\n'));
    log.end();
    expect(text(log)).toBe('one\ntwo\nerr\nthree\n');
    expect(text(log, 0, { timestamps: true })).toMatch(/^2\S{28}Z one\n2/);
    expect(text(log, 0, { since: '9999' })).toBe('');
  });

  test('takes nothing after its end', () => {
    const log = filled('b', 'one\n');
    log.end();
    log.append('stdout', Buffer.from('two\n'));
    expect(text(log)).toBe('one\n');
    log.discard();
    log.append('stdout', Buffer.from('three\n'));
  });

  test.each([
    [0, ''],
    [1, 'c\n'],
    [2, 'b\nc\n'],
    [3, 'a\nb\nc\n'],
    [9, 'a\nb\nc\n'],
  ])('the last %d lines', (count, expected) => {
    const log = filled(`t${count}`, 'a\nb\nc\n');
    expect(text(log, tailPosition(log, count))).toBe(expected);
  });

  test('lines and tails longer than a block are whole', () => {
    const long = `${'x'.repeat(200_000)}\n`;
    const log = filled('long', long, 'short\n');
    expect(text(log)).toContain(long);
    expect(text(log, tailPosition(log, 2))).toHaveLength(long.length + 6);
  });

  test('tells followers of growth and of the end', () => {
    const log = filled('f');
    let told = 0;
    const leave = log.subscribe(() => told++);
    log.append('stdout', Buffer.from('half'));
    expect(told).toBe(0);
    log.append('stdout', Buffer.from(' a line\n'));
    log.end();
    leave();
    expect(told).toBe(2);
  });
});

const running: ContainerStatus = {
  name: 'c',
  image: 'i',
  imageID: '',
  ready: true,
  restartCount: 0,
  state: { running: {} },
  lastState: {},
};
const waiting: ContainerStatus = {
  ...running,
  ready: false,
  state: { waiting: { reason: 'ContainerCreating' } },
};
const ended = (exitCode: number): ContainerStatus => ({
  ...running,
  ready: false,
  state: { terminated: { exitCode } },
});
const backingOff: ContainerStatus = { ...waiting, lastState: { terminated: { exitCode: 1 } } };

const facts = (
  spec: Partial<PodSpec>,
  main: readonly ContainerStatus[],
  more: Partial<PodFacts> = {},
): PodFacts => ({
  pod: pod(spec),
  init: [],
  main,
  hostIP: '172.30.0.11',
  podIP: '10.244.1.5',
  startTime: 't0',
  stopped: false,
  now: 't1',
  ...more,
});

describe("a pod's phase", () => {
  const NEVER = { restartPolicy: 'Never' };
  const ON_FAILURE = { restartPolicy: 'OnFailure' };
  const ALWAYS = { restartPolicy: 'Always' };
  test.each<[Partial<PodSpec>, readonly ContainerStatus[], Partial<PodFacts>, string]>([
    [NEVER, [waiting], {}, 'Pending'],
    [NEVER, [waiting, running], {}, 'Pending'],
    [NEVER, [running, ended(1)], {}, 'Running'],
    [NEVER, [ended(0), ended(0)], {}, 'Succeeded'],
    [NEVER, [ended(0), ended(1)], {}, 'Failed'],
    [ON_FAILURE, [ended(0)], {}, 'Succeeded'],
    [ON_FAILURE, [ended(1)], {}, 'Running'],
    [ALWAYS, [ended(0)], {}, 'Running'],
    [ALWAYS, [backingOff], {}, 'Running'],
    [ALWAYS, [ended(143)], { stopped: true }, 'Failed'],
    [ALWAYS, [ended(0)], { stopped: true }, 'Succeeded'],
    [ALWAYS, [running], { failure: { reason: 'DeadlineExceeded', message: 'm' } }, 'Failed'],
    [ALWAYS, [waiting], { init: [running] }, 'Pending'],
    [NEVER, [waiting], { init: [ended(1)] }, 'Failed'],
    [ALWAYS, [running], { init: [ended(0)] }, 'Running'],
  ])('%j %#', (spec, main, more, phase) => {
    expect(phaseOf(facts(spec, main, more))).toBe(phase);
  });
});

describe("a pod's conditions", () => {
  const condition = (which: string, from: PodFacts) =>
    podStatus(from).conditions?.find((one) => one.type === which);

  test('Ready follows the containers', () => {
    expect(condition('Ready', facts({}, [running]))).toMatchObject({ status: 'True' });
    expect(condition('Ready', facts({}, [running, waiting]))).toMatchObject({
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [c]',
    });
    expect(condition('Ready', facts({ restartPolicy: 'Never' }, [ended(0)]))).toMatchObject({
      reason: 'PodCompleted',
    });
  });

  test('Ready waits for readiness gates, ContainersReady does not', () => {
    const gated = facts({ readinessGates: [{ conditionType: 'example.com/gate' }] }, [running]);
    expect(condition('ContainersReady', gated)).toMatchObject({ status: 'True' });
    expect(condition('Ready', gated)).toMatchObject({
      status: 'False',
      reason: 'ReadinessGatesNotReady',
      message: 'corresponding condition of pod readiness gate "example.com/gate" does not exist.',
    });
    const met = {
      ...gated,
      pod: { ...gated.pod, status: { conditions: [{ type: 'example.com/gate', status: 'True' }] } },
    };
    expect(condition('Ready', met)).toMatchObject({ status: 'True' });
    expect(condition('example.com/gate', met)).toMatchObject({ status: 'True' });
  });

  test('keep the time of their last change', () => {
    const before = { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: 't0' }] };
    const same = facts({}, [running]);
    expect(condition('Ready', { ...same, pod: { ...same.pod, status: before } })?.lastTransitionTime).toBe(
      't0',
    );
    const other = facts({}, [waiting]);
    expect(condition('Ready', { ...other, pod: { ...other.pod, status: before } })?.lastTransitionTime).toBe(
      't1',
    );
  });
});
