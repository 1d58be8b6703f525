/** Every other group. */
import type { V1CustomResourceDefinition, V1Ingress, V1PodDisruptionBudget } from '@kubernetes/client-node';
import type { EndpointSlice, Known, NetworkPolicy, Wire } from '../object.ts';
import type { Resource } from '../resource.ts';
import { checkEndpointSlice, checkEndpointSliceUpdate } from '../validation/endpointslice.ts';
import { checkNetworkPolicy, defaultNetworkPolicy } from '../validation/networkpolicy.ts';
import { ageColumn, column, define, joined, nameColumn, typed, typedPair, typedSame } from './define.ts';
import { eventFields, events } from './events.ts';
import { fromCoreEvent, toCoreEvent } from './event-view.ts';

/** A selector as `kubectl get networkpolicies` writes it. */
function selectorText(policy: NetworkPolicy): string {
  const { matchLabels = {}, matchExpressions = [] } = policy.spec?.podSelector ?? {};
  return joined([
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map(({ key, operator, values = [] }) => {
      if (operator === 'Exists') return key;
      if (operator === 'DoesNotExist') return `!${key}`;
      return `${key} ${operator.toLowerCase()} (${values.join(',')})`;
    }),
  ]);
}

export const networkpolicies: Resource = define({
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  group: 'networking.k8s.io',
  shortNames: ['netpol'],
  hasGeneration: true,
  defaults: typedSame(defaultNetworkPolicy),
  validate: typed(checkNetworkPolicy),
  columns: [nameColumn, column<NetworkPolicy>('Pod-Selector', selectorText), ageColumn],
});

export const endpointslices: Resource = define({
  kind: 'EndpointSlice',
  group: 'discovery.k8s.io',
  validate: typed(checkEndpointSlice),
  validateUpdate: typedPair(checkEndpointSliceUpdate),
  columns: [
    nameColumn,
    column<EndpointSlice>('AddressType', ({ addressType }) => addressType),
    column<EndpointSlice>('Ports', ({ ports }) =>
      ports?.length ? ports.map(({ port }) => String(port ?? '*')).join(',') : '<unset>',
    ),
    column<EndpointSlice>('Endpoints', ({ endpoints }) =>
      endpoints?.length ? endpoints.flatMap(({ addresses }) => addresses).join(',') : '<unset>',
    ),
    ageColumn,
  ],
});

type Lease = Known['leases.coordination.k8s.io'];
export const leases: Resource = define({
  kind: 'Lease',
  group: 'coordination.k8s.io',
  columns: [nameColumn, column<Lease>('Holder', ({ spec }) => spec?.holderIdentity ?? ''), ageColumn],
});

export const eventsView: Resource = define({
  kind: 'Event',
  group: 'events.k8s.io',
  model: 'EventsV1Event',
  shortNames: ['ev'],
  validate: events.validate,
  view: { of: 'events', toStored: toCoreEvent, fromStored: fromCoreEvent },
  fieldNames: ['reason', 'type', 'reportingController'],
  fields: typed((event: Known['events']) => ({
    ...eventFields(event),
    reportingController: event.reportingComponent ?? '',
  })),
  columns: events.columns,
});

type Budget = Wire<V1PodDisruptionBudget>;
export const poddisruptionbudgets: Resource = define({
  kind: 'PodDisruptionBudget',
  group: 'policy',
  shortNames: ['pdb'],
  hasStatus: true,
  hasGeneration: true,
  initialStatus: () => ({ currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 }),
  columns: [
    nameColumn,
    column<Budget>('Min Available', ({ spec }) => String(spec?.minAvailable ?? 'N/A')),
    column<Budget>('Max Unavailable', ({ spec }) => String(spec?.maxUnavailable ?? 'N/A')),
    column<Budget>('Allowed Disruptions', ({ status }) => status?.disruptionsAllowed ?? 0, {
      type: 'integer',
    }),
    ageColumn,
  ],
});

export const ingresses: Resource = define({
  kind: 'Ingress',
  plural: 'ingresses',
  group: 'networking.k8s.io',
  shortNames: ['ing'],
  hasStatus: true,
  hasGeneration: true,
  initialStatus: () => ({ loadBalancer: {} }),
  columns: [
    nameColumn,
    column<Wire<V1Ingress>>('Class', ({ spec }) => spec?.ingressClassName ?? '<none>'),
    column<Wire<V1Ingress>>('Hosts', ({ spec }) => joined(spec?.rules?.map(({ host }) => host ?? '*'))),
    ageColumn,
  ],
});

type Crd = Wire<V1CustomResourceDefinition>;

export const others: readonly Resource[] = [
  networkpolicies,
  ingresses,
  endpointslices,
  leases,
  eventsView,
  poddisruptionbudgets,
  define({
    kind: 'CustomResourceDefinition',
    group: 'apiextensions.k8s.io',
    shortNames: ['crd', 'crds'],
    namespaced: false,
    hasStatus: true,
    initialStatus: () => ({ conditions: [], storedVersions: [], acceptedNames: { kind: '', plural: '' } }),
    columns: [nameColumn, column<Crd>('Created At', ({ metadata }) => metadata?.creationTimestamp)],
  }),
  define({
    kind: 'PriorityClass',
    plural: 'priorityclasses',
    group: 'scheduling.k8s.io',
    shortNames: ['pc'],
    namespaced: false,
  }),
];
