/** What the API server fills in for a pod: pkg/apis/core/v1/defaults.go and the admission plugins that are always on. */
import type { V1Container, V1PodStatus, V1Probe } from '@kubernetes/client-node';
import type { Pod, PodSpec, Wire } from './object.ts';

type Container = Wire<V1Container>;

const probe = (given: Wire<V1Probe>): Wire<V1Probe> => ({
  ...given,
  ...(given.httpGet
    ? {
        httpGet: {
          ...given.httpGet,
          path: given.httpGet.path ?? '/',
          scheme: given.httpGet.scheme ?? 'HTTP',
        },
      }
    : {}),
  timeoutSeconds: given.timeoutSeconds || 1,
  periodSeconds: given.periodSeconds || 10,
  successThreshold: given.successThreshold || 1,
  failureThreshold: given.failureThreshold || 3,
});

/** A name without a tag, or with `latest`, may change behind its name. */
const pullPolicy = (image = ''): string => {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
};

function resources({ resources: given }: Container): NonNullable<Container['resources']> {
  if (!given?.limits) return given ?? {};
  return { ...given, requests: { ...given.limits, ...given.requests } };
}

const container = (given: Container): Container => ({
  ...given,
  ...(given.ports
    ? { ports: given.ports.map((port) => ({ ...port, protocol: port.protocol ?? 'TCP' })) }
    : {}),
  ...(given.env
    ? {
        env: given.env.map((item) =>
          item.valueFrom?.fieldRef
            ? {
                ...item,
                valueFrom: {
                  fieldRef: {
                    ...item.valueFrom.fieldRef,
                    apiVersion: item.valueFrom.fieldRef.apiVersion ?? 'v1',
                  },
                },
              }
            : item,
        ),
      }
    : {}),
  resources: resources(given),
  ...(given.livenessProbe ? { livenessProbe: probe(given.livenessProbe) } : {}),
  ...(given.readinessProbe ? { readinessProbe: probe(given.readinessProbe) } : {}),
  ...(given.startupProbe ? { startupProbe: probe(given.startupProbe) } : {}),
  terminationMessagePath: given.terminationMessagePath ?? '/dev/termination-log',
  terminationMessagePolicy: given.terminationMessagePolicy ?? 'File',
  imagePullPolicy: given.imagePullPolicy ?? pullPolicy(given.image),
});

export const defaultPodSpec = (spec: PodSpec): PodSpec => ({
  ...spec,
  // A missing list is left for validation to refuse.
  ...(spec.containers ? { containers: spec.containers.map(container) } : {}),
  ...(spec.initContainers ? { initContainers: spec.initContainers.map(container) } : {}),
  restartPolicy: spec.restartPolicy ?? 'Always',
  terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 30,
  dnsPolicy: spec.dnsPolicy ?? 'ClusterFirst',
  securityContext: spec.securityContext ?? {},
  schedulerName: spec.schedulerName ?? 'default-scheduler',
});

const NOT_READY = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

function tolerations(spec: PodSpec): NonNullable<PodSpec['tolerations']> {
  const given = spec.tolerations ?? [];
  const missing = NOT_READY.filter((key) => !given.some((one) => one.key === key || !one.key));
  return [
    ...given,
    ...missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 })),
  ];
}

export function defaultPod(pod: Pod): Pod {
  const spec = defaultPodSpec(pod.spec ?? { containers: [] });
  const account = spec.serviceAccountName || spec.serviceAccount || 'default';
  return {
    ...pod,
    spec: {
      ...spec,
      serviceAccountName: account,
      serviceAccount: account,
      enableServiceLinks: spec.enableServiceLinks ?? true,
      priority: spec.priority ?? 0,
      preemptionPolicy: spec.preemptionPolicy ?? 'PreemptLowerPriority',
      tolerations: tolerations(spec),
    },
  };
}

function qosClass({ containers, initContainers }: PodSpec): string {
  const all = [...(containers ?? []), ...(initContainers ?? [])].map((one) => one.resources ?? {});
  const none = all.every(
    ({ requests, limits }) => Object.keys(requests ?? {}).length + Object.keys(limits ?? {}).length === 0,
  );
  if (none) return 'BestEffort';
  const bound = all.every(({ requests, limits }) =>
    ['cpu', 'memory'].every(
      (name) => limits?.[name] !== undefined && (requests?.[name] ?? limits[name]) === limits[name],
    ),
  );
  return bound ? 'Guaranteed' : 'Burstable';
}

export const initialPodStatus = (pod: Pod): Wire<V1PodStatus> => ({
  phase: 'Pending',
  qosClass: qosClass(pod.spec),
});
