/** A cluster of a few objects that can only be read, with rights as a test gives them. */
import type { Cluster, Kind, Selection } from '../../../src/cluster/cluster.ts';
import type { V1PodTemplateSpec } from '../../../src/cluster/types.ts';
import { NetproofError } from '../../../src/model/errors.ts';
import { memoryCluster } from '../../support/memory-cluster.ts';

/** As on the wire; only what a test needs of it. */
export interface ApiObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly object[];
  };
  readonly spec?: object;
  readonly status?: object;
  readonly data?: Readonly<Record<string, string>>;
  readonly rules?: readonly object[];
}

/** Kind (or plural of a custom resource) and namespace, absent for all of them. */
export type Forbidden = (what: string, namespace: string | undefined) => boolean;

export function clusterOf(
  objects: readonly ApiObject[],
  apis: readonly string[],
  forbidden: Forbidden = () => false,
): Cluster {
  const of = (kind: string): readonly ApiObject[] => objects.filter((one) => one.kind === kind);
  const check = (what: string, namespace: string | undefined): void => {
    if (forbidden(what, namespace)) throw new NetproofError('forbidden', `not allowed to read ${what}`);
  };
  const named = (kind: string, namespace: string | undefined, name: string) => {
    check(kind, namespace);
    return of(kind).find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
  };
  const reading = {
    list: async (kind: Kind, selection: Selection = {}) => {
      check(kind, selection.namespace);
      return of(kind).filter((one) => isSelected(one, selection));
    },
    get: async (kind: Kind, namespace: string | undefined, name: string) => named(kind, namespace, name),
    podTemplate: async (_kind: string, namespace: string, name: string) =>
      (named('Deployment', namespace, name)?.spec as { template?: V1PodTemplateSpec } | undefined)?.template,
    collect: async ({ plural }: { plural: string }, keep: (object: unknown) => unknown) => {
      check(plural, undefined);
      return of(plural).map(keep);
    },
    apiVersions: async () => {
      check('apis', undefined);
      return apis;
    },
  };
  return { ...memoryCluster(), ...reading } as unknown as Cluster;
}

function isSelected({ metadata, spec }: ApiObject, selection: Selection): boolean {
  const { namespace, labelSelector = '', fieldSelector = '' } = selection;
  const labels = labelSelector === '' ? [] : labelSelector.split(',').map((pair) => pair.split('='));
  const [, node] = /^spec\.nodeName=(.*)$/.exec(fieldSelector) ?? [];
  return (
    (namespace === undefined || metadata.namespace === namespace) &&
    labels.every(([key = '', value]) => metadata.labels?.[key] === value) &&
    (node === undefined || (spec as { nodeName?: string } | undefined)?.nodeName === node)
  );
}
