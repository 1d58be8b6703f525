/** What the API has: groups, versions, resources, in the aggregated form and the older ones. */
import { REVIEWS } from './auth/reviews.ts';
import { noSuchResource } from './refusal.ts';
import { type Resource, groupVersion } from './resource.ts';
import { RESOURCES } from './resources.ts';

interface Listed {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

const nonEmpty = <T>(name: string, values: readonly T[]): object =>
  values.length > 0 ? { [name]: values } : {};

const listed = (resource: Resource): Listed[] => {
  const sub = (name: string, kind: string, verbs: readonly string[]): Listed => ({
    name: `${resource.plural}/${name}`,
    singularName: '',
    namespaced: resource.namespaced,
    kind,
    verbs,
  });
  return [
    {
      name: resource.plural,
      singularName: resource.singular,
      namespaced: resource.namespaced,
      kind: resource.kind,
      verbs: resource.verbs,
      ...nonEmpty('shortNames', resource.shortNames),
      ...nonEmpty('categories', resource.categories),
    },
    ...(resource.hasStatus ? [sub('status', resource.kind, ['get', 'patch', 'update'])] : []),
    ...resource.subresources.map(({ name, kind, verbs }) => sub(name, kind, verbs)),
  ];
};

function resourcesOf(group: string): Listed[] {
  const own = RESOURCES.filter((one) => one.group === group).flatMap(listed);
  const reviews = REVIEWS.filter((one) => one.group === group).map((one) => ({
    name: one.plural,
    singularName: one.kind.toLowerCase(),
    namespaced: one.namespaced,
    kind: one.kind,
    verbs: ['create'],
  }));
  return [...own, ...reviews];
}

/** Every group but the core one; all have version v1 alone. */
export const GROUPS: readonly string[] = [
  ...new Set([...RESOURCES, ...REVIEWS].map(({ group }) => group).filter((group) => group !== '')),
];

const groupEntry = (name: string): object => {
  const version = { groupVersion: `${name}/v1`, version: 'v1' };
  return { name, versions: [version], preferredVersion: version };
};

export const coreVersions = (): object => ({
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [],
});

export const groupList = (): object => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: GROUPS.map(groupEntry),
});

/** Throws 404 for a group that is not there. */
export function groupNamed(name: string): object {
  if (!GROUPS.includes(name)) throw noSuchResource();
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(name) };
}

/** Throws 404 for a version that is not there. */
export function resourceList(group: string, version: string): object {
  if (version !== 'v1' || (group !== '' && !GROUPS.includes(group))) throw noSuchResource();
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: groupVersion({ group, version }),
    resources: resourcesOf(group),
  };
}

const scope = (namespaced: boolean): string => (namespaced ? 'Namespaced' : 'Cluster');

function aggregatedResources(group: string): object[] {
  const all = resourcesOf(group);
  const kindOf = (kind: string): object => ({ group, version: 'v1', kind });
  return all
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, kind, namespaced, singularName, verbs, shortNames, categories }) => ({
      resource: name,
      responseKind: kindOf(kind),
      scope: scope(namespaced),
      singularResource: singularName,
      verbs,
      ...nonEmpty('shortNames', shortNames ?? []),
      ...nonEmpty('categories', categories ?? []),
      ...nonEmpty(
        'subresources',
        all
          .filter((sub) => sub.name.startsWith(`${name}/`))
          .map((sub) => ({
            subresource: sub.name.slice(name.length + 1),
            responseKind: kindOf(sub.kind),
            verbs: sub.verbs,
          })),
      ),
    }));
}

/** `groups` is `['']` for /api, the others for /apis. */
export const aggregated = (groups: readonly string[], version: string): object => ({
  kind: 'APIGroupDiscoveryList',
  apiVersion: `apidiscovery.k8s.io/${version}`,
  metadata: {},
  items: groups.map((group) => ({
    metadata: { ...(group ? { name: group } : {}), creationTimestamp: null },
    versions: [{ version: 'v1', resources: aggregatedResources(group), freshness: 'Current' }],
  })),
});
