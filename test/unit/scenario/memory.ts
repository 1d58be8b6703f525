/** A file system of strings, and ways to try a scenario that is wrong. */
import { posix } from 'node:path';
import { NetproofError } from '../../../src/model/errors.ts';
import type { Issue } from '../../../src/model/errors.ts';
import type { Files } from '../../../src/scenario/files.ts';
import { matchesGlob } from '../../../src/scenario/glob.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import type { Loaded } from '../../../src/scenario/load.ts';

export type Contents = Readonly<Record<string, string | Uint8Array>>;

export function memoryFiles(contents: Contents): Files {
  return {
    read: async (path) => {
      const found = contents[path];
      if (found === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
      return typeof found === 'string' ? new TextEncoder().encode(found) : found;
    },
    glob: async (pattern, base) =>
      Object.keys(contents)
        .filter((path) => matchesGlob(posix.join(base, pattern), path))
        .toSorted(),
  };
}

/** A right scenario, to be made wrong in one place. */
export const GOOD = `apiVersion: netproof/v1
kind: Scenario
metadata: { name: good, description: Nothing wrong here }
namespaces:
  shop: { create: true, labels: { tier: app } }
  payments:
workloads:
  web:
    namespace: shop
    labels: { app: web }
    listen: [http/8081]
  api:
    namespace: shop
    labels: { app: api }
    listen: [tcp/8080, udp/5353]
    differentNodeFrom: web
  attacker:
    namespace: payments
targets:
  pay:
    service: ledger.pci
    ports: [https/443]
    path: /healthz
  db:
    pods: { namespace: data, selector: { app: db } }
    ports: [tcp/5432]
  internet:
    host: 203.0.113.10
    ports: [tcp/443]
  lookup:
    dns: www.example.com
    resolver: 10.96.0.10
zones:
  frontend: [web]
policies: [policies/*.yaml]
expect:
  default: deny
  rules:
    - web -> api: tcp/8080
    - web, api -> lookup: dns
    - "attacker -x *": all
    - from: frontend
      to: [pay]
      ports: [https/443]
      expect: allow
      status: 200
      reason: web pays
attempt: { timeout: 1s, settleBudget: 30s }
pods: { cpu: 100m }
`;

export const POLICY = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: shop
spec:
  podSelector: {}
`;

export async function load(
  scenario: string | Uint8Array = GOOD,
  policies: Contents = { 'policies/deny.yaml': POLICY },
): Promise<Loaded> {
  return loadScenario('scenario.yaml', memoryFiles({ 'scenario.yaml': scenario, ...policies }));
}

/** `line:column: message (hint)` of each issue, with the file in front unless it is the scenario. */
export async function issuesOf(scenario: string | Uint8Array, policies?: Contents): Promise<string[]> {
  return (await refusal(scenario, policies)).issues.map(line);
}

export async function refusal(scenario: string | Uint8Array, policies?: Contents): Promise<NetproofError> {
  try {
    await load(scenario, policies);
  } catch (error) {
    if (error instanceof NetproofError) return error;
    throw error;
  }
  throw new Error('the scenario was accepted');
}

export function line({ position, message, hint }: Issue): string {
  const file = position === undefined || position.file === 'scenario.yaml' ? '' : `${position.file}:`;
  const place = position === undefined ? '' : `${file}${position.line}:${position.column}: `;
  return `${place}${message}${hint === undefined ? '' : ` (${hint})`}`;
}

/** The good scenario with some of its text replaced; each piece must be there exactly once. */
export function changed(...changes: readonly (readonly [from: string, to: string])[]): string {
  return changes.reduce((text, [from, to]) => {
    if (text.split(from).length !== 2) throw new Error(`${JSON.stringify(from)} is not there exactly once`);
    return text.replace(from, () => to);
  }, GOOD);
}
