/** All resources of the cluster. */
import * as core from './kinds/core.ts';
import * as data from './kinds/data.ts';
import { events } from './kinds/events.ts';
import { others } from './kinds/others.ts';
import * as rbac from './kinds/rbac.ts';
import * as workloads from './kinds/workloads.ts';
import { type Resource, groupVersion, storeName } from './resource.ts';

export const RESOURCES: readonly Resource[] = [
  ...Object.values(core),
  ...Object.values(data),
  events,
  ...Object.values(workloads),
  ...others,
  ...Object.values(rbac),
];

export const namespacedStores: readonly string[] = [
  ...new Set(RESOURCES.filter((resource) => resource.namespaced).map(storeName)),
];

export function resourceAt(group: string, version: string, plural: string): Resource | undefined {
  return RESOURCES.find((one) => one.group === group && one.version === version && one.plural === plural);
}

export function resourceOfKind(apiVersion: string, kind: string): Resource | undefined {
  return RESOURCES.find((one) => one.kind === kind && groupVersion(one) === apiVersion);
}

/** The resource that keeps its objects under this store name. */
export function resourceOfStore(name: string): Resource {
  const found = RESOURCES.find((one) => !one.view && storeName(one) === name);
  if (!found) throw new Error(`no resource is stored as ${name}`);
  return found;
}
