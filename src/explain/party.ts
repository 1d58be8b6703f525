/** An end of a question, looked up in the world. */
import { NetproofError } from '../model/errors.ts';
import { nearest } from '../model/nearest.ts';
import { serviceNamed } from '../policy/behind.ts';
import type { PolicyPod, PolicyService, World } from '../policy/world.ts';
import type { Asked } from './question.ts';

export type Side = 'from' | 'to';

export type Found =
  /** A pod or workload; several replicas. */
  | {
      readonly kind: 'pods';
      /** `Deployment`, …, or `Pod`. */
      readonly type: string;
      readonly namespace: string;
      readonly name: string;
      readonly pods: readonly PolicyPod[];
      /** A Service that is called the same, for a port that only it has. */
      readonly service?: PolicyService;
    }
  | { readonly kind: 'service'; readonly service: PolicyService }
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'block'; readonly cidr: string };

export interface Lookup {
  readonly world: World;
  /** Of names without one. */
  readonly namespace: string;
}

/** Kinds as kubectl abbreviates them. */
const KINDS: Readonly<Record<string, string>> = {
  po: 'pod',
  deploy: 'deployment',
  sts: 'statefulset',
  ds: 'daemonset',
  rs: 'replicaset',
  rc: 'replicationcontroller',
  cj: 'cronjob',
  svc: 'service',
};
const KNOWN = ['pod', 'deployment', 'statefulset', 'daemonset', 'replicaset', 'job', 'cronjob', 'service'];

/** Throws NetproofError `target-empty`, with the nearest name, if there is nothing of that name. */
export function lookUp(asked: Asked, side: Side, lookup: Lookup): Found {
  switch (asked.kind) {
    case 'address':
      return { kind: 'address', address: asked.text };
    case 'block':
      return { kind: 'block', cidr: asked.text };
    case 'name':
      return named(wantedOf(asked.segments, lookup), asked.text, side, lookup.world);
  }
}

interface Wanted {
  readonly namespace: string;
  readonly type?: string;
  readonly name: string;
}

/** `deployment/web` names a kind, unless there is a namespace of that name. */
function wantedOf([first = '', second, third]: readonly string[], { world, namespace }: Lookup): Wanted {
  if (second === undefined) return { namespace, name: first };
  if (third !== undefined) return { namespace: first, type: kindOf(second), name: third };
  const isNamespace = world.namespaces.some(({ name }) => name === first);
  return !isNamespace && KNOWN.includes(kindOf(first))
    ? { namespace, type: kindOf(first), name: second }
    : { namespace: first, name: second };
}

function kindOf(written: string): string {
  const lower = written.toLowerCase();
  const full = Object.hasOwn(KINDS, lower) ? KINDS[lower] : undefined;
  return full ?? (KNOWN.includes(lower.replace(/s$/, '')) ? lower.replace(/s$/, '') : lower);
}

function named(wanted: Wanted, text: string, side: Side, world: World): Found {
  const { namespace, type, name } = wanted;
  const groups = workloadsIn(world, namespace).filter(
    (group) => group.name === name && (type === undefined || group.type.toLowerCase() === type),
  );
  const service = serviceNamed({ namespace, name }, world.services);
  if (groups.length > 1) throw ambiguous(text, namespace, groups);
  const [group] = groups;
  if (group !== undefined) return { kind: 'pods', ...group, ...(service && { service }) };
  if (service === undefined || (type !== undefined && type !== 'service')) throw unknown(wanted, text, world);
  if (side === 'to') return { kind: 'service', service };
  throw new NetproofError('usage', `${text} is a Service, and Services connect to nobody`, {
    hint: 'name the pods or the workload behind it',
  });
}

interface Group {
  readonly type: string;
  readonly namespace: string;
  readonly name: string;
  readonly pods: readonly PolicyPod[];
}

/** Workloads with their pods, and every pod by its own name. */
function workloadsIn(world: World, namespace: string): readonly Group[] {
  const pods = world.pods.filter((pod) => pod.namespace === namespace);
  const owned = new Map<string, PolicyPod[]>();
  for (const pod of pods) {
    if (pod.owner === undefined) continue;
    const key = `${pod.owner.kind}/${pod.owner.name}`;
    owned.set(key, [...(owned.get(key) ?? []), pod]);
  }
  const single = pods.filter(({ fromTemplate }) => !fromTemplate);
  return [
    ...[...owned].map(([key, members]): Group => {
      const [type = '', name = ''] = key.split('/');
      return { type, namespace, name, pods: members };
    }),
    ...single.map((pod): Group => ({ type: 'Pod', namespace, name: pod.name, pods: [pod] })),
  ];
}

function ambiguous(text: string, namespace: string, groups: readonly Group[]): NetproofError {
  const ways = groups.map(({ type, name }) => `${namespace}/${type.toLowerCase()}/${name}`);
  return new NetproofError('usage', `${text} may be ${groups.map(({ type }) => `a ${type}`).join(' or ')}`, {
    hint: `write ${ways.join(' or ')}`,
  });
}

function unknown({ namespace, type, name }: Wanted, text: string, world: World): NetproofError {
  const what = type === undefined ? 'pod, workload or Service' : type;
  const isNamespace = world.namespaces.some((each) => each.name === namespace);
  if (!isNamespace) {
    const near = nearest(
      namespace,
      world.namespaces.map((each) => each.name),
    );
    return missing(`${text}: there is no namespace ${namespace}`, near ?? elsewhere(name, world));
  }
  const names = [
    ...workloadsIn(world, namespace).filter(
      (group) => type === undefined || group.type.toLowerCase() === type,
    ),
    ...world.services.filter((each) => each.namespace === namespace),
  ].map((each) => each.name);
  const near = nearest(name, names);
  return missing(
    `${text}: there is no ${what} ${name} in namespace ${namespace}`,
    near === undefined ? elsewhere(name, world) : `${namespace}/${near}`,
  );
}

/** Where something of that name is. */
function elsewhere(name: string, { pods, services }: World): string | undefined {
  const found =
    pods.find((pod) => pod.owner?.name === name || pod.name === name) ??
    services.find((service) => service.name === name);
  return found === undefined ? undefined : `${found.namespace}/${name}`;
}

function missing(message: string, near: string | undefined): NetproofError {
  return new NetproofError('target-empty', message, {
    hint:
      near === undefined ? 'kubectl get pods --all-namespaces shows what there is' : `did you mean ${near}?`,
  });
}
