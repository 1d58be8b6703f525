/** Every kind that the cluster serves, and the paths of its objects. */
import { send } from './api.ts';

export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

interface GroupList {
  readonly groups: readonly { readonly preferredVersion: { readonly groupVersion: string } }[];
}
interface ResourceList {
  readonly resources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
  }[];
}

const root = (apiVersion: string): string => (apiVersion.includes('/') ? '/apis' : '/api');

async function kindsOf(apiVersion: string): Promise<readonly Kind[]> {
  const { resources } = await send<ResourceList>('GET', `${root(apiVersion)}/${apiVersion}`);
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, ...rest }) => ({ ...rest, apiVersion, plural: name }));
}

async function discover(): Promise<readonly Kind[]> {
  const { groups } = await send<GroupList>('GET', '/apis');
  const versions = ['v1', ...groups.map(({ preferredVersion }) => preferredVersion.groupVersion)];
  return (await Promise.all(versions.map(kindsOf))).flat();
}

let known: Promise<readonly Kind[]> | undefined;

export function kinds(): Promise<readonly Kind[]> {
  known ??= discover();
  return known;
}

/** Whether the cluster knows objects of that kind. */
export async function serves(kind: string): Promise<boolean> {
  return (await kinds()).some((each) => each.kind === kind);
}

export async function kindOf(wanted: Partial<Kind>): Promise<Kind> {
  const found = (await kinds()).find((each) =>
    Object.entries(wanted).every(([key, value]) => each[key as keyof Kind] === value),
  );
  if (!found) throw new Error(`the cluster does not serve ${JSON.stringify(wanted)}`);
  return found;
}

export function pathOf({ apiVersion, plural, namespaced }: Kind, namespace?: string, name?: string): string {
  const inside = namespaced && namespace !== undefined ? `/namespaces/${namespace}` : '';
  const one = name === undefined ? '' : `/${name}`;
  return `${root(apiVersion)}/${apiVersion}${inside}/${plural}${one}`;
}
