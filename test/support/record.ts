/** Small records for judging: one source, one listener or target, one probe, and switches for each control. */
import type { Capabilities } from '../../src/model/capabilities.ts';
import type {
  Attempt,
  ControlRecord,
  ListenerRecord,
  Observation,
  Outcome,
  ProbeRecord,
  ProberRecord,
  RunRecord,
} from '../../src/model/record.ts';

export const T0 = 1_700_000_000_000;

export const CAPABLE: Capabilities = {
  tested: true,
  ingress: 'proven',
  egress: 'proven',
  denySignature: { tcp: ['timed-out'], udp: ['timed-out'] },
  latencyMs: 0,
  proofs: [],
  nodes: [],
  conditions: [],
  measures: {},
  findings: [],
};

export const REJECTING: Capabilities = {
  ...CAPABLE,
  denySignature: { tcp: ['refused'], udp: ['refused', 'timed-out'] },
};

/** An attempt that began `start` after T0. Connected ones last 1 ms and are echoed by the listener. */
export function attempt(outcome: Outcome, start = 0, more: Partial<Attempt> = {}): Attempt {
  const connected = outcome === 'connected' ? { echoed: true, by: 'np-listener-0' } : {};
  const ms = outcome === 'timed-out' ? 1000 : 1;
  return {
    outcome,
    at: T0 + start,
    ms,
    round: start < 1000 ? 0 : 1,
    n: 0,
    localPort: 40_000,
    ...connected,
    ...more,
  };
}

export function observation(outcome: Outcome, more: Partial<Observation> = {}): Observation {
  return {
    outcome,
    stable: true,
    attempts: [attempt(outcome, 0), attempt(outcome, 1000)],
    history: [{ round: 0, at: T0, outcome }],
    seen: [],
    ...more,
  };
}

export const SIGHTING = {
  nonce: 'salt.0.0.0',
  protocol: 'tcp',
  port: 8080,
  from: '10.244.1.5:40000',
  at: T0 + 2,
} as const;

export function prober(more: Partial<ProberRecord> = {}): ProberRecord {
  return {
    pod: 'np-prober-0',
    workload: 'web',
    node: 'worker-1',
    complete: true,
    offsetMs: 0,
    kubeletAt: [T0 + 500, T0 + 1500],
    startedAt: T0,
    endedAt: T0 + 2000,
    settledAt: T0,
    rounds: 2,
    settled: true,
    cpuMs: 50,
    maxRss: 50_000_000,
    slowed: { starved: 0, slowNetwork: 0 },
    ...more,
  };
}

export function listener(more: Partial<ListenerRecord> = {}): ListenerRecord {
  const beats = Array.from({ length: 20 }, (_, index) => T0 - 1000 + index * 250);
  return {
    pod: 'np-listener-0',
    workload: 'api',
    node: 'worker-2',
    complete: true,
    offsetMs: 0,
    alive: { 'tcp/8080': beats, 'udp/53': beats, 'http/8081': beats },
    lag: beats.map((at) => [at, 2] as const),
    kubeletAt: [T0 - 500, T0 + 500, T0 + 1500],
    ...more,
  };
}

export const PATH: ControlRecord = {
  fromNode: 'worker-1',
  to: { kind: 'node', node: 'worker-2' },
  rounds: [
    [T0 + 100, 'connected'],
    [T0 + 1200, 'connected'],
  ],
};

export function probe(more: Partial<ProbeRecord> = {}): ProbeRecord {
  return {
    source: 'web',
    endpoint: 'api:tcp/8080',
    destination: 'api',
    port: { protocol: 'tcp', port: 8080 },
    host: '10.244.2.7',
    expect: 'deny',
    origin: { file: 'scenario.yaml', line: 10, column: 3 },
    prober: 'np-prober-0',
    listener: 'np-listener-0',
    ...more,
  };
}

/** A probe to something that we did not launch. */
export function targetProbe(more: Partial<ProbeRecord> = {}): ProbeRecord {
  const { listener: _listener, ...rest } = probe({
    endpoint: 'internet:tcp/443',
    destination: 'internet',
    port: { protocol: 'tcp', port: 443 },
    host: '203.0.113.10',
  });
  return { ...rest, ...more };
}

export function record(more: Partial<RunRecord> = {}): RunRecord {
  return {
    runId: 'abc123',
    startedAt: T0 - 5000,
    endedAt: T0 + 5000,
    scenario: { name: 'example', file: 'scenario.yaml', digest: '0'.repeat(64) },
    cluster: {
      server: 'https://127.0.0.1:6443',
      context: 'test',
      version: 'v1.34.0',
      sandbox: true,
      nodes: [],
    },
    capabilities: CAPABLE,
    pods: [],
    policies: [],
    units: [],
    probes: [probe({ observation: observation('timed-out') })],
    probers: [prober()],
    listeners: [listener()],
    controls: [PATH],
    notes: [],
    ...more,
  };
}
