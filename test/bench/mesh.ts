/** Scenarios of any size, written as a user would write them: YAML and policy files in a folder. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Mesh {
  readonly name: string;
  readonly namespaces: readonly string[];
  /** Workloads per namespace. */
  readonly perNamespace: number;
  readonly ports: readonly string[];
  /** Attempts per second and probers at once; a bench asks for what the machine can bear. */
  readonly rate: number;
  readonly concurrency: number;
  /** Which workloads nobody may reach, or the two sides that may reach only themselves. */
  readonly blocked: 'some' | 'half';
}

/** 9 workloads, each to each on 6 ports: 486 probes, 108 of them blocked (two workloads that nobody may reach). */
export const SMALL: Mesh = {
  name: 'small',
  namespaces: ['bench-x', 'bench-y', 'bench-z'],
  perNamespace: 3,
  ports: ['tcp/8080', 'tcp/8081', 'udp/8080', 'udp/8081', 'http/8090', 'https/8443'],
  rate: 4000,
  concurrency: 20,
  blocked: 'some',
};

/** 100 workloads, each to each on 6 ports: 60,000 probes, half of them blocked. */
export const LARGE: Mesh = {
  name: 'large',
  namespaces: Array.from({ length: 10 }, (_, index) => `bench-${index}`),
  perNamespace: 10,
  ports: ['tcp/8080', 'tcp/8081', 'tcp/8082', 'tcp/8083', 'udp/8080', 'udp/8081'],
  rate: 8000,
  concurrency: 8,
  blocked: 'half',
};

const SIDES = ['left', 'right'] as const;

/** Writes the scenario and its policies; returns the scenario's path. */
export function writeMesh(folder: string, mesh: Mesh): string {
  mkdirSync(folder, { recursive: true });
  for (const namespace of mesh.namespaces) {
    writeFileSync(
      join(folder, `${namespace}.yaml`),
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: policiesOf(mesh, namespace) }),
    );
  }
  const file = join(folder, 'scenario.yaml');
  // JSON is YAML; nobody has to read this one.
  writeFileSync(file, JSON.stringify(scenarioOf(mesh), null, 1));
  return file;
}

interface Member {
  readonly name: string;
  readonly namespace: string;
  readonly side: (typeof SIDES)[number];
}

function membersOf(mesh: Mesh): readonly Member[] {
  return mesh.namespaces.flatMap((namespace) =>
    Array.from({ length: mesh.perNamespace }, (_, index) => ({
      name: `${namespace}-${index}`,
      namespace,
      side: SIDES[index % SIDES.length] ?? 'left',
    })),
  );
}

function scenarioOf(mesh: Mesh): object {
  const members = membersOf(mesh);
  const closed = closedOf(mesh);
  const rules =
    mesh.blocked === 'half'
      ? SIDES.map((side) => ({ [`${side} -> ${side}`]: 'all' }))
      : [{ [`* -> ${['*', ...closed.map((name) => `!${name}`)].join(', ')}`]: 'all' }];
  return {
    apiVersion: 'netproof/v1',
    kind: 'Scenario',
    metadata: { name: `bench-${mesh.name}` },
    namespaces: Object.fromEntries(mesh.namespaces.map((name) => [name, { create: true }])),
    workloads: Object.fromEntries(
      members.map(({ name, namespace, side }) => [
        name,
        { namespace, labels: { app: name, side }, listen: mesh.ports },
      ]),
    ),
    zones: Object.fromEntries(
      SIDES.map((side) => [side, members.filter((member) => member.side === side).map(({ name }) => name)]),
    ),
    policies: ['bench-*.yaml'],
    expect: { default: 'deny', rules },
    attempt: { rate: mesh.rate, concurrency: mesh.concurrency },
  };
}

/** The first workload of the first two namespaces. */
function closedOf(mesh: Mesh): readonly string[] {
  return mesh.namespaces.slice(0, 2).map((namespace) => `${namespace}-0`);
}

export function policiesOf(mesh: Mesh, namespace: string): readonly object[] {
  return mesh.blocked === 'half'
    ? SIDES.map((side) =>
        policy(namespace, side, { side }, [
          { from: [{ namespaceSelector: {}, podSelector: { matchLabels: { side } } }] },
        ]),
      )
    : closedOf(mesh)
        .filter((name) => name.startsWith(`${namespace}-`))
        .map((name) => policy(namespace, name, { app: name }, []));
}

function policy(
  namespace: string,
  name: string,
  matchLabels: Record<string, string>,
  ingress: readonly object[],
): object {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace },
    spec: { podSelector: { matchLabels }, policyTypes: ['Ingress'], ingress },
  };
}
