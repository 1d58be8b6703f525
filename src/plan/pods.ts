/** Manifests of probe pods: the rules that keep a measuring pod from touching what it measures. */
import { deflateRawSync } from 'node:zlib';
import { ORDER_CHUNK, ORDER_DEFLATED, ORDER_ENV, type Order } from '../../probes/wire.ts';
import type { V1Container, V1OwnerReference, V1Pod, V1PodSpec } from '../cluster/types.ts';
import type { Identity } from '../model/fleet.ts';
import { ANNOTATION, RUN_LABEL } from '../model/labels.ts';
import type { PodSettings } from '../model/scenario.ts';

/** Where a pod must or should run, by node name. */
export type NodeWish =
  { readonly kind: 'any' } | { readonly kind: 'on' | 'not-on' | 'rather-on'; readonly node: string };

export interface PodRequest {
  readonly runId: string;
  readonly workload: string;
  readonly identity: Identity;
  readonly order: Order;
  readonly wish: NodeWish;
  readonly owner: V1OwnerReference;
  readonly settings: PodSettings;
  /** The bundled agent's source. */
  readonly agentSource: string;
  /** Shown to whoever finds the pod. */
  readonly operator: string;
}

/** Injectors are told to leave the pod alone: a sidecar's answer would be taken for the destination's. */
export const MESH_LABELS = {
  'sidecar.istio.io/inject': 'false',
  'istio.io/dataplane-mode': 'none',
  'kuma.io/sidecar-injection': 'disabled',
} as const;
const MESH_ANNOTATIONS = {
  'linkerd.io/inject': 'disabled',
  'sidecar.istio.io/inject': 'false',
  'config.linkerd.io/skip-outbound-ports': '1-65535',
} as const;

/**
 * More than is requested: at a limit of a tenth of a core the kernel stops the agent for nine tenths of every
 * period, and an agent that was not awake can't tell a block from its own sleep.
 */
const CPU_LIMIT_MILLIS = 500;

/** Beats between two fetches of the kubelet: a prober lives for few, and a verdict wants one near it of either. */
const FETCHED_EVERY = { prober: 1, listener: 2 } as const;

/** Gate that nobody ever sets: the pod is never Ready, hence never an endpoint that gets traffic. */
const READINESS_GATE = 'netproof.dev/never-ready';

export function podManifest(request: PodRequest): V1Pod {
  const { identity, order, runId } = request;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: order.id,
      namespace: identity.namespace,
      labels: { ...identity.labels, ...MESH_LABELS, [RUN_LABEL]: runId },
      annotations: {
        ...MESH_ANNOTATIONS,
        [ANNOTATION.role]: order.role,
        [ANNOTATION.workload]: request.workload,
        [ANNOTATION.operator]: request.operator,
        [ANNOTATION.about]: 'short-lived NetworkPolicy probe; remove with: netproof cleanup',
      },
      ownerReferences: [{ ...request.owner, controller: identity.guarded === true }],
    },
    spec: podSpec(request),
  };
}

function podSpec(request: PodRequest): V1PodSpec {
  const { identity, order, settings } = request;
  return {
    restartPolicy: 'Never',
    // Seconds. A backstop only: an orphan stops by itself, though only clean-up deletes it.
    activeDeadlineSeconds: Math.ceil(order.lifeMs / 1000) + 30,
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(identity.serviceAccount === undefined ? {} : { serviceAccountName: identity.serviceAccount }),
    imagePullSecrets: settings.imagePullSecrets.map((name) => ({ name })),
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    ...affinity(request.wish),
    // Stock Node images start as root unless told otherwise and have a user 1000. OpenShift assigns a user from
    // the namespace's range and refuses any other, so there none is named.
    securityContext: {
      runAsNonRoot: true,
      ...(identity.assignedUser === true ? {} : { runAsUser: 1000 }),
      seccompProfile: { type: 'RuntimeDefault' },
    },
    readinessGates: [{ conditionType: READINESS_GATE }],
    containers: [container(request)],
  };
}

function container({ identity, order, settings, agentSource }: PodRequest): V1Container {
  const fetchControl = { httpGet: { path: '/', port: order.controlPort, scheme: 'HTTP' } };
  return {
    name: 'netproof',
    image: settings.image,
    imagePullPolicy: settings.imagePullPolicy,
    command: ['node', '-e', escapeExpansion(agentSource)],
    env: [...orderEnv(order), { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
    ...(order.role === 'listener' ? containerPorts(identity) : {}),
    resources: {
      requests: { cpu: settings.cpu, memory: settings.memory },
      limits: { cpu: cpuLimit(settings.cpu), memory: settings.memory },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    // The kubelet's fetch shows that the pod's link carries packets: traffic from its own node is always allowed
    // (kubernetes.io, Network Policies). It can't fail the pod: a hundred failures take longer than a run.
    livenessProbe: {
      ...fetchControl,
      periodSeconds: Math.ceil((FETCHED_EVERY[order.role] * order.beatMs) / 1000),
      timeoutSeconds: 5,
      failureThreshold: 1000,
    },
    // ContainersReady must stay false too: the AWS load balancer controller registers pods by that condition
    // when it injects its own gate. A day's delay says "not ready" without an event per probe.
    readinessProbe: { ...fetchControl, initialDelaySeconds: 86_400 },
  };
}

/** Named ones only, for policies that name a port; what a pod does not declare it can serve all the same. */
function containerPorts({ ports = [] }: Identity): Pick<V1Container, 'ports'> {
  if (ports.length === 0) return {};
  return { ports: ports.map(({ name, protocol, port }) => ({ name, protocol, containerPort: port })) };
}

/** The request itself where that is more; a limit below the request is refused. */
function cpuLimit(request: string): string {
  const millis = request.endsWith('m') ? Number(request.slice(0, -1)) : Number(request) * 1000;
  return millis > CPU_LIMIT_MILLIS ? request : `${CPU_LIMIT_MILLIS}m`;
}

/** The kubelet expands `$(NAME)` in commands and values, and turns `$$` into `$`. */
export function escapeExpansion(text: string): string {
  return text.replaceAll('$', '$$$$');
}

/** Orders longer than this are compressed. */
const READABLE_LENGTH = 2000;

function compact(text: string): string {
  if (text.length <= READABLE_LENGTH) return text;
  return `${ORDER_DEFLATED}${deflateRawSync(text).toString('base64')}`;
}

function orderEnv(order: Order): { name: string; value: string }[] {
  const text = escapeExpansion(compact(JSON.stringify(order)));
  if (text.length <= ORDER_CHUNK) return [{ name: ORDER_ENV, value: text }];
  const chunks: { name: string; value: string }[] = [];
  for (let from = 0; from < text.length;) {
    let to = Math.min(from + ORDER_CHUNK, text.length);
    // Never between the two dollars of an escape.
    while (text[to - 1] === '$' && to < text.length) to += 1;
    chunks.push({ name: `${ORDER_ENV}_${chunks.length}`, value: text.slice(from, to) });
    from = to;
  }
  return chunks;
}

function affinity(wish: NodeWish): Pick<V1PodSpec, 'affinity'> {
  if (wish.kind === 'any') return {};
  // Node names as fields, not the hostname label, which some clouds set to something else.
  const term = {
    matchFields: [
      { key: 'metadata.name', operator: wish.kind === 'not-on' ? 'NotIn' : 'In', values: [wish.node] },
    ],
  };
  const nodeAffinity =
    wish.kind === 'rather-on'
      ? { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference: term }] }
      : { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } };
  return { affinity: { nodeAffinity } };
}
