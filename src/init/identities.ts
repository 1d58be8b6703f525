/** The workloads of a world as identities that a scenario can launch. */
import { RUN_LABEL } from '../model/labels.ts';
import type { LikeRef, PortSpec } from '../model/scenario.ts';
import type { Labels } from '../model/selector.ts';
import { backendsOf } from '../policy/behind.ts';
import { groupBy } from '../policy/group.ts';
import type { PodPort, PolicyPod, World } from '../policy/world.ts';
import { reservedOnPods } from '../scenario/labels.ts';
import { LAST_PRIVILEGED_PORT } from '../scenario/ports.ts';
import { Names } from './names.ts';

export interface Identity {
  /** In the scenario. */
  readonly name: string;
  readonly namespace: string;
  /** `Deployment web`. */
  readonly title: string;
  readonly pods: number;
  /** Labels, service account and port names are copied from there when a run begins. */
  readonly like?: string;
  /** What its pods have in common. */
  readonly labels: Labels;
  readonly listen: readonly PortSpec[];
  readonly portNames: Readonly<Record<string, PortSpec>>;
  /** What it has and a probe pod can't serve: `tcp/80`, `sctp/9000`. */
  readonly unserved: readonly string[];
  /** The same as a pod of the evaluator's world. */
  readonly pod: PolicyPod;
}

export interface Identities {
  readonly identities: readonly Identity[];
  /** On their nodes' networks, where no probe pod can stand for them. */
  readonly hostNetwork: readonly string[];
}

/** @param live whether what is read will be there when the scenario runs */
export function identitiesOf(world: World, namespaces: ReadonlySet<string>, live: boolean): Identities {
  // Not those that a run has launched meanwhile.
  const pods = world.pods.filter(
    ({ namespace, labels }) => namespaces.has(namespace) && !Object.hasOwn(labels, RUN_LABEL),
  );
  const groups = [...groupBy(pods, groupKey).values()];
  const served = servicePorts(world);
  const names = new Names();
  const hosted = groups.filter(([first]) => first?.hostNetwork === true);
  return {
    identities: groups
      .filter((group) => !hosted.includes(group))
      .flatMap((group) => identityOf(group, served, names, live) ?? []),
    hostNetwork: hosted.flatMap(([first]) => (first ? [`${first.namespace}/${titleOf(first)}`] : [])),
  };
}

function groupKey(pod: PolicyPod): string {
  return `${pod.namespace}/${titleOf(pod)}`;
}

function titleOf({ owner, name }: PolicyPod): string {
  return owner === undefined ? `Pod ${name}` : `${owner.kind} ${owner.name}`;
}

type ServicePorts = ReadonlyMap<PolicyPod, readonly PodPort[]>;

/** Ports that nobody declares may still be where a Service leads. */
function servicePorts(world: World): ServicePorts {
  const ports = new Map<PolicyPod, PodPort[]>();
  for (const service of world.services) {
    for (const port of service.ports) {
      for (const { pod, port: containerPort } of backendsOf(service, port, world)) {
        ports.set(pod, [...(ports.get(pod) ?? []), { protocol: port.protocol, containerPort }]);
      }
    }
  }
  return ports;
}

function identityOf(
  pods: readonly PolicyPod[],
  served: ServicePorts,
  names: Names,
  live: boolean,
): Identity | undefined {
  const [first] = pods;
  if (first === undefined) return undefined;
  const { namespace, owner, name: podName } = first;
  const { name, kind } = owner ?? { name: podName, kind: 'Pod' };
  const like = live ? likeOf(kind, name) : undefined;
  const labels = commonLabels(pods);
  const ports = distinctPorts(pods.flatMap((pod) => [...pod.ports, ...(served.get(pod) ?? [])]));
  const servable = ports.filter(isServable);
  const portNames = like === undefined ? namesOf(servable) : {};
  return {
    name: names.take(name, `${namespace}-${name}`, `${namespace}-${name}-${kind}`),
    namespace,
    title: titleOf(first),
    pods: pods.length,
    ...(like !== undefined && { like }),
    labels,
    listen: [...new Map(servable.map((port) => [portText(port), specOf(port)])).values()],
    portNames,
    unserved: [...new Set(ports.filter((port) => !isServable(port)).map(portText))],
    pod: { ...first, labels, ports: like === undefined ? portsCalled(portNames) : ports },
  };
}

const LIKE: Readonly<Record<string, LikeRef['kind']>> = {
  Deployment: 'deployment',
  StatefulSet: 'statefulset',
  DaemonSet: 'daemonset',
  Pod: 'pod',
};

/** Of what lasts. Jobs and bare ReplicaSets come and go. */
function likeOf(kind: string, name: string): string | undefined {
  const known = Object.hasOwn(LIKE, kind) ? LIKE[kind] : undefined;
  return known === undefined ? undefined : `${known}/${name}`;
}

/** What only some replicas have was put on them by hand or by their controller. */
function commonLabels([first, ...rest]: readonly PolicyPod[]): Labels {
  const common = Object.entries(first?.labels ?? {}).filter(
    ([key, value]) =>
      reservedOnPods(key) === undefined &&
      key !== 'job-name' &&
      rest.every(({ labels }) => Object.hasOwn(labels, key) && labels[key] === value),
  );
  return Object.fromEntries(common);
}

/** By name, number and protocol. */
function distinctPorts(ports: readonly PodPort[]): readonly PodPort[] {
  const named = new Set(ports.filter(({ name }) => name !== undefined).map(portText));
  const kept = ports.filter((port) => port.name !== undefined || !named.has(portText(port)));
  return [...new Map(kept.map((port) => [`${port.name ?? ''} ${portText(port)}`, port])).values()];
}

function isServable({ protocol, containerPort }: PodPort): boolean {
  return protocol !== 'SCTP' && containerPort > LAST_PRIVILEGED_PORT && containerPort <= 65_535;
}

function portText({ protocol, containerPort }: PodPort): string {
  return `${protocol.toLowerCase()}/${containerPort}`;
}

function specOf({ protocol, containerPort }: PodPort): PortSpec {
  return { protocol: protocol === 'UDP' ? 'udp' : 'tcp', port: containerPort };
}

/** As Kubernetes validates them (apimachinery, IsValidPortName). */
const PORT_NAME = /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/;

/** The first port of each name: a scenario gives a name to one. */
function namesOf(ports: readonly PodPort[]): Readonly<Record<string, PortSpec>> {
  const names = new Map<string, PortSpec>();
  for (const port of ports) {
    if (port.name === undefined || !PORT_NAME.test(port.name) || names.has(port.name)) continue;
    names.set(port.name, specOf(port));
  }
  return Object.fromEntries(names);
}

function portsCalled(portNames: Identity['portNames']): readonly PodPort[] {
  return Object.entries(portNames).map(([name, { protocol, port }]) => ({
    name,
    protocol: protocol === 'udp' ? 'UDP' : 'TCP',
    containerPort: port,
  }));
}
