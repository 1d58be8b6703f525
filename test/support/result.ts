/** Small run results for tests: name the pairs, everything else is plausible by default. */
import type { Attempt, Outcome, ProbeRecord, RunRecord, Sighting } from '../../src/model/record.ts';
import type { Coverage } from '../../src/model/prediction.ts';
import type { RunResult, Summary } from '../../src/model/result.ts';
import type { Expect, PortSpec, Protocol } from '../../src/model/scenario.ts';
import type { Cause, Diagnosis, Verdict, VerdictKind } from '../../src/model/verdict.ts';

export interface ProbeSpec {
  readonly from: string;
  readonly to: string;
  /** `tcp/8080`. */
  readonly port: string;
  readonly expect: Expect;
  /** Passes if absent. */
  readonly cause?: Cause;
  readonly flaky?: boolean;
  readonly because?: string;
  readonly diagnosis?: Diagnosis;
  readonly host?: string;
  readonly reason?: string;
  readonly line?: number;
  /** Changes to the record of the probe. */
  readonly record?: Partial<ProbeRecord>;
}

const START = Date.UTC(2026, 0, 2, 3, 4, 5);
const FAILS: readonly Cause[] = ['leak', 'leak-one-way', 'blocked', 'reply-lost', 'wrong-status'];

export function runResult(
  specs: readonly ProbeSpec[],
  changes: { readonly record?: Partial<RunRecord>; readonly coverage?: Coverage } = {},
): RunResult {
  const verdicts = specs.map(verdictOf);
  return {
    apiVersion: 'netproof/v1',
    kind: 'RunResult',
    tool: { name: 'netproof', version: '0.1.0' },
    summary: summaryOf(verdicts),
    timings: [
      { phase: 'resolve', ms: 40 },
      { phase: 'preflight', ms: 2100 },
      { phase: 'deploy', ms: 1500 },
      { phase: 'probe', ms: 2600 },
      { phase: 'judge', ms: 3 },
    ],
    resources: {
      cpuMs: 900,
      maxRss: 120_000_000,
      api: { requests: 80, bytesSent: 200_000, bytesReceived: 900_000 },
    },
    verdicts,
    coverage: changes.coverage ?? { units: 0, unproven: [] },
    record: { ...recordOf(specs), ...changes.record },
  };
}

function verdictOf(spec: ProbeSpec, probe: number): Verdict {
  const cause = causeOf(spec);
  const base = {
    probe,
    because: spec.because ?? `it came to ${cause}.`,
    ...(spec.diagnosis === undefined ? {} : { diagnosis: spec.diagnosis }),
    flaky: spec.flaky ?? false,
    controls: { listener: 'reached', source: 'spoke', path: 'reached' } as const,
  };
  return { ...base, verdict: kindOf(cause), cause } as Verdict;
}

function causeOf({ cause, expect }: ProbeSpec): Cause {
  return cause ?? (expect === 'allow' ? 'reached' : 'dropped');
}

function kindOf(cause: Cause): VerdictKind {
  if (cause === 'dropped' || cause === 'rejected' || cause === 'reached') return 'pass';
  return FAILS.includes(cause) ? 'fail' : 'inconclusive';
}

function summaryOf(verdicts: readonly Verdict[]): Summary {
  const of = (kind: VerdictKind): number => verdicts.filter(({ verdict }) => verdict === kind).length;
  const [fail, inconclusive] = [of('fail'), of('inconclusive')];
  return {
    total: verdicts.length,
    pass: of('pass'),
    fail,
    inconclusive,
    flaky: verdicts.filter(({ flaky }) => flaky).length,
    settledMs: 1234,
    exitCode: fail > 0 ? 1 : inconclusive > 0 ? 4 : 0,
  };
}

function recordOf(specs: readonly ProbeSpec[]): RunRecord {
  const sources = [...new Set(specs.map(({ from }) => from))];
  return {
    runId: 'r7f3k2',
    startedAt: START,
    endedAt: START + 6300,
    scenario: { name: 'three-tier', file: 'scenarios/three-tier.yaml', digest: 'ab'.repeat(32) },
    cluster: {
      server: 'https://127.0.0.1:6443',
      context: 'kind-test',
      version: 'v1.34.1',
      sandbox: false,
      nodes: [
        { name: 'worker-1', kubelet: 'v1.34.1' },
        { name: 'worker-2', kubelet: 'v1.34.1' },
      ],
    },
    capabilities: {
      tested: true,
      ingress: 'proven',
      egress: 'proven',
      denySignature: { tcp: ['timed-out'], udp: ['timed-out'] },
      latencyMs: 310,
      proofs: [],
      nodes: [],
      conditions: [],
      measures: {},
      findings: [],
    },
    pods: sources.map((source, i) => ({
      name: `np${source}-0`,
      namespace: 'shop',
      uid: `uid-${i}`,
      role: 'prober',
      workload: source,
      node: 'worker-1',
      ip: `10.244.1.${i + 5}`,
      labels: { app: source },
      startMs: 900,
    })),
    policies: [
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        namespace: 'shop',
        name: 'default-deny',
        uid: 'uid-p',
        resourceVersion: '17',
        digest: 'cd'.repeat(32),
      },
    ],
    units: [],
    probes: specs.map(probeOf),
    probers: sources.map((source) => ({
      pod: `np${source}-0`,
      workload: source,
      node: 'worker-1',
      complete: true,
      offsetMs: 0,
      kubeletAt: [START],
      startedAt: START + 3000,
      endedAt: START + 5600,
      settledAt: START + 4234,
      rounds: 4,
      settled: true,
      cpuMs: 120,
      maxRss: 50_000_000,
      slowed: { starved: 0, slowNetwork: 0 },
    })),
    listeners: [],
    controls: [],
    notes: [],
  };
}

function probeOf(spec: ProbeSpec): ProbeRecord {
  const outcome = OUTCOMES[causeOf(spec)] ?? 'timed-out';
  const arrived = ['leak', 'leak-one-way', 'reply-lost', 'reached', 'wrong-status'].includes(causeOf(spec));
  const attempts = [0, 1, 2].map((n) => attempt(outcome, n));
  return {
    source: spec.from,
    endpoint: `${spec.to}:${spec.port}`,
    destination: spec.to,
    port: portOf(spec.port),
    host: spec.host ?? '10.244.2.7',
    expect: spec.expect,
    ...(spec.reason === undefined ? {} : { reason: spec.reason }),
    origin: { file: 'scenarios/three-tier.yaml', line: spec.line ?? 42, column: 7 },
    prober: `np${spec.from}-0`,
    listener: `np${spec.to}-0`,
    observation: {
      outcome,
      stable: true,
      attempts,
      history: [{ round: 0, at: START + 3000, outcome }],
      seen: arrived ? [0, 1, 2].map((n) => sighting(spec, n)) : [],
    },
    ...spec.record,
  };
}

const OUTCOMES: Partial<Record<Cause, Outcome>> = {
  leak: 'connected',
  reached: 'connected',
  'wrong-status': 'connected',
  rejected: 'refused',
  'closed-port': 'refused',
  unresolved: 'dns-failed',
  'source-fault': 'errored',
};

function attempt(outcome: Outcome, n: number): Attempt {
  const at = START + 3000 + n * 500;
  return { outcome, at, ms: outcome === 'timed-out' ? 1000 : 1.2 + n, round: n, n: 0, localPort: 40_101 + n };
}

function sighting({ port }: ProbeSpec, n: number): Sighting {
  const at = START + 3000 + n * 500;
  return { nonce: `salt.0.${n}.0`, ...portOf(port), from: `10.244.1.5:${40_101 + n}`, at };
}

function portOf(text: string): PortSpec {
  const [protocol = '', port = ''] = text.split('/');
  return { protocol: protocol as Protocol, port: Number(port) };
}

/** Every source to every port of every destination; `of` says what is expected and came of it. */
export function meshOf(
  sources: readonly string[],
  destinations: readonly string[],
  ports: readonly string[],
  of: (from: string, to: string, port: string) => Partial<ProbeSpec>,
): ProbeSpec[] {
  return sources.flatMap((from) =>
    destinations.flatMap((to) =>
      ports.map((port): ProbeSpec => ({ from, to, port, expect: 'allow', ...of(from, to, port) })),
    ),
  );
}
