/** A small clean cluster for audits, as manifests, and an audit of it with whatever is planted in it. */
import { type AuditConfig, DEFAULT_CONFIG } from '../../src/audit/config/config.ts';
import { type AuditDeps, type AuditOrder, performAudit, type Performed } from '../../src/audit/perform.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { apiVersionOf } from '../../src/cluster/resources.ts';
import { type Finding, subjectKey } from '../../src/model/audit.ts';
import { parseObjects } from '../../src/snapshot/objects.ts';
import { type Place, PLACES } from '../../src/snapshot/places.ts';
import { memoryCluster } from './memory-cluster.ts';

export type Texts = Readonly<Record<string, string>>;

const NAMESPACES = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { kubernetes.io/metadata.name: shop, env: production } }
---
apiVersion: v1
kind: Namespace
metadata: { name: data, labels: { kubernetes.io/metadata.name: data } }
---
apiVersion: v1
kind: Namespace
metadata: { name: kube-system, labels: { kubernetes.io/metadata.name: kube-system } }
`;

const closed = (namespace: string): string => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: default-deny, namespace: ${namespace}, uid: uid-${namespace}, resourceVersion: "7" }
spec: { podSelector: {}, policyTypes: [Ingress, Egress] }
`;

export const DENY_SHOP = closed('shop');

export const WEB = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec:
  podSelector: { matchLabels: { app: web } }
  policyTypes: [Egress]
  egress:
    - to:
        - namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: data } }
          podSelector: { matchLabels: { app: db } }
      ports: [{ protocol: TCP, port: 5432 }]
`;

const DB = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: db, namespace: data }
spec:
  podSelector: { matchLabels: { app: db } }
  policyTypes: [Ingress]
  ingress:
    - from:
        - namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: shop } }
          podSelector: { matchLabels: { app: web } }
      ports: [{ protocol: TCP, port: 5432 }]
`;

const pod = (namespace: string, app: string, image: string, ip: string): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${app}-0, namespace: ${namespace}, labels: { app: ${app} } }
spec: { nodeName: worker-1, containers: [{ name: main, image: ${image}, ports: [{ name: main, containerPort: 5432 }] }] }
status: { phase: Running, podIP: ${ip}, podIPs: [{ ip: ${ip} }] }
`;

/** Everything closed, one way from web to db, in namespaces that a scenario describes. */
export const CLEAN: Texts = {
  'namespaces.yaml': NAMESPACES,
  'policies/shop.yaml': [DENY_SHOP, WEB].join('---'),
  'policies/data.yaml': [closed('data'), DB].join('---'),
  'policies/kube-system.yaml': closed('kube-system'),
  'pods.yaml': [
    pod('shop', 'web', 'registry.local/web:1', '10.244.1.5'),
    pod('data', 'db', 'registry.local/postgres:16', '10.244.2.5'),
  ].join('---'),
};

/** What is documented: web reaches db, and nobody anything else. */
export const SCENARIO = `
apiVersion: netproof/v1
kind: Scenario
metadata: { name: documented }
namespaces: { shop: {}, data: {} }
workloads:
  web: { namespace: shop, labels: { app: web }, listen: [tcp/8080] }
  db: { namespace: data, labels: { app: db }, listen: [tcp/5432] }
expect:
  default: deny
  rules:
    - web -> db: tcp/5432
`;

export interface Planted {
  /** Files in place of, or beside, those of the clean cluster. */
  readonly files?: Texts;
  readonly config?: Partial<AuditConfig>;
  readonly scenario?: string;
  /** `AuditExceptions`, as YAML. */
  readonly exceptions?: string;
  readonly deps?: Partial<AuditDeps>;
  readonly skip?: readonly string[];
  /** Audited as a cluster that has these objects. */
  readonly asCluster?: boolean;
  /** Resources that may not be read, by their plural. */
  readonly forbidden?: readonly string[];
  /** API groups with versions; absent: all that are ever read. */
  readonly served?: readonly string[];
}

/** 2 January 2026. */
export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

export async function auditOf(planted: Planted = {}): Promise<Performed> {
  const { config, scenario = SCENARIO, exceptions, deps, skip = [], asCluster = false } = planted;
  const files = { ...CLEAN, ...planted.files };
  const given: Texts = {
    'scenario.yaml': scenario,
    ...(exceptions !== undefined && { 'exceptions.yaml': exceptions }),
  };
  const source: AuditOrder['source'] = asCluster
    ? { kind: 'cluster', cluster: clusterOf(files, planted), sandbox: false }
    : { kind: 'manifests', folder: 'export' };
  return performAudit(
    {
      source,
      skip: new Set(skip),
      config: {
        ...DEFAULT_CONFIG,
        ...(scenario !== '' && { scenarios: ['scenario.yaml'] }),
        ...(exceptions !== undefined && { exceptions: 'exceptions.yaml' }),
        ...config,
      },
    },
    {
      files: { read: async (path) => bytes(given[path]), glob: async () => [] },
      manifestFiles: {
        list: async () => Object.keys(files).toSorted(),
        read: async (path) => bytes(files[path]),
      },
      gitIn: () => () => Promise.reject(new Error('no git in this test')),
      now: () => NOW,
      version: '0.1.0',
      operator: 'auditor@test',
      freshSeed: () => 'a-seed',
      tell: async () => undefined,
      ...deps,
    },
  );
}

function bytes(text: string | undefined): Uint8Array {
  if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  return new TextEncoder().encode(text);
}

/** The objects of the files behind the interface of a cluster. */
function clusterOf(files: Texts, { forbidden = [], served }: Planted): Cluster {
  const objects = Object.entries(files).flatMap(([file, text]) => parseObjects(text, file).objects);
  const isOf = (place: Place) => (object: (typeof objects)[number]) =>
    object.apiVersion === apiVersionOf(place) && object.kind === place.kind;
  return {
    ...memoryCluster(),
    version: async () => 'v1.34.1',
    apiVersions: async () => served ?? [...new Set(PLACES.map(apiVersionOf))],
    whoAmI: async () => ({ kind: 'User', name: 'auditor' }),
    collect: async (place, keep) => {
      if (forbidden.includes(place.plural)) {
        const { NetproofError } = await import('../../src/model/errors.ts');
        throw new NetproofError('forbidden', `not allowed to list ${place.plural}`);
      }
      return objects.filter(isOf(place as Place)).map(({ value }) => keep(value));
    },
  };
}

/** Findings that count, as `rule subject`, sorted. */
export function told(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ severity, exception }) => severity !== 'note' && exception === undefined)
    .map(({ rule, subject }) => `${rule} ${subjectKey(subject)}`)
    .toSorted();
}
