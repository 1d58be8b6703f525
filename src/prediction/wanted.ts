/** What has to be read for a run's probes to be predicted; pure. */
import { isIP } from 'node:net';
import type { Plan } from '../model/plan.ts';
import type { Target } from '../model/scenario.ts';
import { CLUSTER_DNS } from '../policy/behind.ts';

export interface Wanted {
  /** Where probe pods are. */
  readonly namespaces: readonly string[];
  /** Where targets are: pods, Services and endpoints there are needed too. */
  readonly targets: readonly string[];
  /** Addresses of hosts and resolvers, which may be a pod's or a Service's anywhere. */
  readonly addresses: readonly string[];
}

export function wantedFor({ scenario }: Pick<Plan, 'scenario'>): Wanted {
  return {
    namespaces: distinct(scenario.workloads.map(({ namespace }) => namespace)),
    targets: distinct(scenario.targets.flatMap(namespacesOf)),
    addresses: distinct(scenario.targets.flatMap(addressOf).filter((text) => isIP(text) !== 0)),
  };
}

/** Where the pods behind it are; none for addresses. */
export function namespacesOf(target: Target): readonly string[] {
  switch (target.kind) {
    case 'service':
    case 'pods':
      return [target.namespace];
    case 'dns':
      return target.resolver === undefined ? [CLUSTER_DNS.namespace] : [];
    case 'host':
      return [];
  }
}

function addressOf(target: Target): readonly string[] {
  if (target.kind === 'host') return [target.host];
  return target.kind === 'dns' && target.resolver !== undefined ? [target.resolver] : [];
}

export function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}
