/** Scenarios as values, for tests of what is pure. */
import type { Expect, PortSpec, Rule, Scenario, Workload, Zone } from '../../../src/model/scenario.ts';
import { parsePort } from '../../../src/scenario/ports.ts';

export const FILE = 'scenario.yaml';

export function port(text: string): PortSpec {
  const parsed = parsePort(text);
  if (parsed === undefined) throw new Error(`${text} is no port`);
  return parsed;
}

export function workload(name: string, listen: readonly string[] = []): Workload {
  return {
    name,
    namespace: 'shop',
    labels: { app: name },
    placement: { kind: 'any' },
    listen: listen.map(port),
    portNames: {},
    position: { file: FILE, line: 1, column: 1 },
  };
}

/** A rule on a line of its own. */
export function rule(
  line: number,
  from: string,
  to: string,
  ports: string,
  expect: Expect = 'allow',
  more: Pick<Rule, 'status' | 'reason'> = {},
): Rule {
  return {
    from: from.split(' '),
    to: to.split(' '),
    ports: ports === 'all' ? 'all' : ports.split(' ').map(port),
    expect,
    ...more,
    position: { file: FILE, line, column: 7 },
  };
}

export function scenario(parts: {
  readonly workloads: readonly Workload[];
  readonly targets?: Scenario['targets'];
  readonly zones?: readonly Omit<Zone, 'position'>[];
  readonly rules?: readonly Rule[];
  readonly fallback?: Expect;
}): Scenario {
  const position = { file: FILE, line: 1, column: 1 };
  return {
    name: 'made',
    file: FILE,
    digest: '',
    namespaces: [{ name: 'shop', create: true, labels: {}, position }],
    workloads: parts.workloads,
    targets: parts.targets ?? [],
    zones: (parts.zones ?? []).map((zone) => ({ ...zone, position })),
    policies: [],
    expect: { default: parts.fallback ?? 'deny', rules: parts.rules ?? [], position },
    attempt: {
      timeoutMs: 1000,
      attempts: 3,
      stableRounds: 2,
      settleBudgetMs: 30_000,
      concurrency: 20,
      ratePerSecond: 2000,
    },
    pods: {
      image: 'node',
      imagePullPolicy: 'IfNotPresent',
      imagePullSecrets: [],
      cpu: '100m',
      memory: '96Mi',
      startTimeoutMs: 120_000,
    },
  };
}
