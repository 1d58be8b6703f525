/**
 * Reads the world that a run's probes meet. Every right is optional: what may not be read makes predictions unknown
 * or doubtful, and never makes a run fail.
 */
import pLimit from 'p-limit';
import type { Cluster } from '../cluster/cluster.ts';
import { OTHER_POLICIES, unknownVersions } from '../cluster/policy-places.ts';
import { apiVersionOf, type Resource } from '../cluster/resources.ts';
import type { Context } from '../fleet/context.ts';
import type { Plan } from '../model/plan.ts';
import type { Manifest } from '../policy/manifest.ts';
import { readEnds, readNamespaces } from './read-ends.ts';
import { createReader, type Reader } from './reader.ts';
import type { Gap, PoliciesRead, Reading, Standing } from './reading.ts';
import { distinct, type Wanted, wantedFor } from './wanted.ts';

/** Lists at once; each holds a page of up to 500 objects. */
const AT_ONCE = 8;

/** Rejects only when the signal aborts, or for a bug. */
export async function readWorld(cluster: Cluster, wanted: Wanted, signal: AbortSignal): Promise<Reading> {
  const reader = createReader(cluster, signal);
  const { objects, slices } = await readEnds(reader, wanted);
  const elsewhere = objects.flatMap(({ kind, metadata: { namespace } }) =>
    kind === 'Pod' && namespace !== undefined ? [namespace] : [],
  );
  const namespaces = distinct([...wanted.namespaces, ...wanted.targets, ...elsewhere]);
  const [spaces, { policies, gaps }] = await Promise.all([
    readNamespaces(reader, namespaces),
    readPolicies(cluster, namespaces, signal),
  ]);
  return { namespaces, policies, slices, objects: [...spaces, ...objects], gaps: [...reader.gaps, ...gaps] };
}

/** Where workloads and targets are, less the namespaces that the run will create. Rejects as `readWorld` does. */
export async function readStanding(
  { cluster, signal }: Pick<Context, 'cluster' | 'signal'>,
  plan: Plan,
): Promise<Standing> {
  const created = new Set(plan.created.map(({ name }) => name));
  const { namespaces, targets } = wantedFor(plan);
  const standing = distinct([...namespaces, ...targets]).filter((name) => !created.has(name));
  const [spaces, read] = await Promise.all([
    readNamespaces(createReader(cluster, signal), standing),
    readPolicies(cluster, standing, signal),
  ]);
  return { spaces, ...read };
}

/** The policies that apply in these namespaces: of their own, and of the whole cluster. */
export async function readPolicies(
  cluster: Cluster,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<PoliciesRead> {
  const reader = createReader(cluster, signal);
  const limit = pLimit(AT_ONCE);
  const served = reader.attempt('the API groups', { effect: 'unknown' }, () => cluster.apiVersions());
  const [own, others] = await Promise.all([
    Promise.all(namespaces.map((namespace) => limit(() => policiesIn(reader, namespace)))),
    // Only those that the server has: asking for others may be answered as forbidden.
    served.then((versions) =>
      Promise.all(
        OTHER_POLICIES.filter((place) => versions?.includes(apiVersionOf(place))).map((place) =>
          limit(() => policiesOf(reader, place)),
        ),
      ),
    ),
  ]);
  const found = [...own, ...others].flat();
  const concerned = new Set(namespaces);
  const policies = found.filter(
    ({ metadata: { namespace } }) => namespace === undefined || concerned.has(namespace),
  );
  const unknown = unknownVersions((await served) ?? []).map(({ group, why }): Gap => ({
    effect: 'unknown',
    why: `policies of ${group} could not be read: ${why}`,
  }));
  return { policies, gaps: [...reader.gaps, ...unknown] };
}

function policiesIn(reader: Reader, namespace: string): Promise<readonly Manifest[]> {
  const what = `NetworkPolicies in namespace ${namespace}`;
  return reader.list('NetworkPolicy', 'networking.k8s.io/v1', { namespace }, what, {
    namespace,
    effect: 'unknown',
  });
}

async function policiesOf({ cluster, attempt }: Reader, place: Resource): Promise<readonly Manifest[]> {
  const { kind, group, plural } = place;
  const found = await attempt(`${plural}.${group}`, { effect: 'unknown' }, () =>
    cluster.collect(place, (object) => object as Partial<Manifest>),
  );
  return (found ?? []).flatMap(({ metadata, spec }) =>
    metadata === undefined ? [] : [{ apiVersion: apiVersionOf(place), kind, metadata, spec }],
  );
}
