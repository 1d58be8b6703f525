/** How much is at stake in a namespace: what attackers reach first, and what they would be after. */
import type { Exposure } from '../model/audit.ts';
import type { NamespaceObject, Snapshot } from '../snapshot/snapshot.ts';
import { type Workload, workloadsOf } from '../snapshot/workloads.ts';
import { isChosen } from './config/choose.ts';
import { type AuditConfig } from './config/config.ts';
import { entrancesOf } from './entrances.ts';

export interface Stake {
  readonly exposure: readonly Exposure[];
  readonly score: number;
  /** What it rests on, one sentence without a full stop each. */
  readonly reasons: readonly string[];
}

const WEIGHTS: Readonly<Record<Exposure, number>> = { internet: 8, production: 6, data: 4, privileged: 3 };
/** The order in which findings are told. */
export const EXPOSURES = Object.keys(WEIGHTS) as readonly Exposure[];

/** A namespace without pods can be audited, but nothing is at stake in it yet. */
const INHABITED = 1;

/** More than so many reasons of one kind say nothing new. */
const MOST_REASONS = 3;

type Reason = readonly [exposure: Exposure, text: string];

/** By namespace. */
export function stakesOf(snapshot: Snapshot, config: AuditConfig): ReadonlyMap<string, Stake> {
  const entrances = entrancesOf(snapshot);
  const workloads = new Map<string, Workload[]>();
  for (const workload of workloadsOf(snapshot)) {
    const there = workloads.get(workload.namespace);
    if (there) there.push(workload);
    else workloads.set(workload.namespace, [workload]);
  }
  return new Map(
    snapshot.namespaces.map((namespace) => {
      const { name } = namespace.metadata;
      const inhabitants = workloads.get(name) ?? [];
      const reasons = [
        ...(entrances.get(name) ?? []).map((text): Reason => ['internet', text]),
        ...production(namespace, config),
        ...inhabitants.flatMap(reasonsOf),
      ];
      return [name, stakeOf(reasons, inhabitants.length)];
    }),
  );
}

function stakeOf(reasons: readonly Reason[], inhabitants: number): Stake {
  const exposure = EXPOSURES.filter((each) => reasons.some(([why]) => why === each));
  const score = exposure.reduce((sum, each) => sum + WEIGHTS[each], inhabitants > 0 ? INHABITED : 0);
  const told = exposure.flatMap((each) => {
    const texts = [...new Set(reasons.flatMap(([why, text]) => (why === each ? [text] : [])))];
    const more = texts.length - MOST_REASONS;
    return [...texts.slice(0, MOST_REASONS), ...(more > 0 ? [`${more} more of the kind: ${each}`] : [])];
  });
  return { exposure, score, reasons: told };
}

function production(namespace: NamespaceObject, config: AuditConfig): Reason[] {
  return isChosen(namespace, config.production) ? [['production', 'its name or labels say production']] : [];
}

function reasonsOf(workload: Workload): Reason[] {
  const { kind, name, facts } = workload;
  const who = `${kind} ${name}`;
  const store = facts.containers.map(({ image }) => storeIn(image)).find((found) => found !== undefined);
  return [
    ...(store === undefined ? [] : [['data', `${who} runs ${store}`] as const]),
    ...(facts.containers.some(({ privileged }) => privileged)
      ? [['privileged', `${who} has a privileged container or a mighty capability`] as const]
      : []),
    ...(facts.hostNetwork === true ? [['privileged', `${who} is on its node's network`] as const] : []),
    ...(facts.hostPID === true ? [['privileged', `${who} sees its node's processes`] as const] : []),
    ...(facts.hasHostPath ? [['privileged', `${who} mounts files of its node`] as const] : []),
  ];
}

/** Names that images of data stores are known by; an image called otherwise is what `critical` is for. */
const STORES =
  /^(postgres(ql)?|postgis|timescaledb|mysql|mariadb|percona.*|mongo(db)?|redis|valkey|keydb|dragonfly|memcached|cassandra|scylla|elasticsearch|opensearch|solr|kafka|zookeeper|rabbitmq|nats|pulsar|etcd|consul|vault|minio|clickhouse.*|cockroach(db)?|couchdb|couchbase|influxdb|neo4j|mssql.*|oracle.*|spilo.*|cloudnative-pg|ceph)$/;

function storeIn(image: string): string | undefined {
  // registry:5000/path/name:tag@digest
  const [path = ''] = image.split('@');
  const name = (path.split('/').at(-1) ?? '').split(':')[0] ?? '';
  return STORES.test(name) ? name : undefined;
}
