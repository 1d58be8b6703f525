/** What policies can tell of workloads that are not launched yet; pure. */
import type { V1NetworkPolicy } from '../cluster/types.ts';
import type { Identity } from '../model/fleet.ts';
import { RUN_LABEL } from '../model/labels.ts';
import type { Scenario, Workload } from '../model/scenario.ts';
import { MESH_LABELS } from '../plan/pods.ts';
import { compile } from '../policy/evaluator.ts';
import type { Manifest } from '../policy/manifest.ts';
import { worldOf } from '../policy/world-of.ts';
import type { PolicyPod } from '../policy/world.ts';

export type Identities = ReadonlyMap<string, Pick<Identity, 'labels' | 'ports' | 'serviceAccount'>>;

/**
 * By workload name a text that is equal for those that no policy can tell apart; none for those without an identity.
 *
 * @param objects policies and namespaces in force, the scenario's own apart
 */
export function telling(
  scenario: Scenario,
  identities: Identities,
  objects: readonly Manifest[],
): ReadonlyMap<string, string> {
  const known = scenario.workloads.flatMap((workload) => {
    const identity = identities.get(workload.name);
    return identity === undefined ? [] : [{ workload, identity }];
  });
  const read = worldOf([...objects, ...createdNamespaces(scenario)], { templates: false });
  const own = scenario.policies.map(({ manifest }) => manifest as unknown as V1NetworkPolicy);
  const pods = known.map(({ workload, identity }) => podLike(workload, identity));
  const { classes } = compile({ ...read, policies: [...read.policies, ...own], pods });
  return new Map(
    known.map(({ workload, identity }, index) => [
      workload.name,
      // Some network plugins go by service accounts.
      `${classes[index]} ${identity.serviceAccount ?? ''}`,
    ]),
  );
}

export function createdNamespaces({ namespaces }: Scenario): readonly Manifest[] {
  return namespaces
    .filter(({ create }) => create)
    .map(({ name, labels }) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }));
}

/** A pod as it would be launched, at an address that nobody knows yet. */
export function podLike(
  { name, namespace }: Workload,
  { labels, ports = [] }: Pick<Identity, 'labels' | 'ports'>,
): PolicyPod {
  return {
    namespace,
    name,
    labels: { ...labels, ...MESH_LABELS, [RUN_LABEL]: '' },
    ips: [],
    hostNetwork: false,
    ports: ports.map((port) => ({ name: port.name, protocol: port.protocol, containerPort: port.port })),
    fromTemplate: true,
  };
}

/** Before anything is read: those in namespaces that the run creates, where no policies but the scenario's can be. */
export function declaredIdentities({ workloads, namespaces }: Scenario): Identities {
  const fresh = new Set(namespaces.filter(({ create }) => create).map(({ name }) => name));
  return new Map(
    workloads
      .filter(({ namespace, like }) => fresh.has(namespace) && like === undefined)
      .map(({ name, labels, serviceAccount }) => [
        name,
        { labels, ...(serviceAccount === undefined ? {} : { serviceAccount }) },
      ]),
  );
}
