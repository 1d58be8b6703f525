/**
 * The Pod Security Standards, one check each, with the wording of k8s.io/pod-security-admission. A check gives
 * undefined for a pod that keeps to it.
 */
import type { V1Container, V1PodSecurityContext, V1SecurityContext } from '@kubernetes/client-node';
import type { Meta, PodSpec, Wire } from '../object.ts';

type Container = Wire<V1Container>;
type Security = Wire<V1SecurityContext>;

export interface Subject {
  readonly metadata: Pick<Meta, 'annotations'>;
  readonly spec: PodSpec;
}
export type SecurityCheck = (pod: Subject) => string | undefined;

const containersOf = ({ spec }: Subject): readonly Container[] => [
  ...(spec.initContainers ?? []),
  ...(spec.containers ?? []),
  ...((spec.ephemeralContainers ?? []) as readonly Container[]),
];

const security = (container: Container): Security => container.securityContext ?? {};
const podSecurity = ({ spec }: Subject): Wire<V1PodSecurityContext> => spec.securityContext ?? {};

const quote = (values: readonly string[]): string => values.map((value) => JSON.stringify(value)).join(', ');
const plural = (word: string, values: readonly unknown[]): string =>
  values.length === 1 ? word : `${word}s`;
const names = (containers: readonly Container[]): string =>
  `${plural('container', containers)} ${quote(containers.map((one) => one.name))}`;

/** Containers that fail a test, told as `<title> (containers "a", "b" <must>)`. */
const perContainer =
  (title: string, must: string, fails: (container: Container, pod: Subject) => boolean): SecurityCheck =>
  (pod) => {
    const bad = containersOf(pod).filter((container) => fails(container, pod));
    return bad.length > 0 ? `${title} (${names(bad)} ${must})` : undefined;
  };

const hostNamespaces: SecurityCheck = ({ spec }) => {
  const used = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((name) => spec[name]);
  return used.length > 0 ? `host namespaces (${used.map((name) => `${name}=true`).join(', ')})` : undefined;
};

const privileged = perContainer(
  'privileged',
  'must not set securityContext.privileged=true',
  (container) => security(container).privileged === true,
);

const BASELINE_CAPABILITIES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

const addedCapabilities = (pod: Subject, allowed: ReadonlySet<string>) => {
  const added = (container: Container) =>
    (security(container).capabilities?.add ?? []).filter((name) => !allowed.has(name));
  const bad = containersOf(pod).filter((container) => added(container).length > 0);
  return { bad, capabilities: [...new Set(bad.flatMap(added))].toSorted() };
};

const baselineCapabilities: SecurityCheck = (pod) => {
  const { bad, capabilities } = addedCapabilities(pod, BASELINE_CAPABILITIES);
  return bad.length > 0
    ? `non-default capabilities (${names(bad)} must not include ${quote(capabilities)} in securityContext.capabilities.add)`
    : undefined;
};

const volumeNames = (spec: PodSpec, bad: (volume: NonNullable<PodSpec['volumes']>[number]) => boolean) =>
  (spec.volumes ?? []).filter(bad).map((volume) => volume.name);

const hostPath: SecurityCheck = ({ spec }) => {
  const bad = volumeNames(spec, (volume) => volume.hostPath !== undefined);
  return bad.length > 0 ? `hostPath volumes (${plural('volume', bad)} ${quote(bad)})` : undefined;
};

const hostPorts: SecurityCheck = (pod) => {
  const portsOf = (container: Container) => (container.ports ?? []).flatMap((port) => port.hostPort || []);
  const bad = containersOf(pod).filter((container) => portsOf(container).length > 0);
  const ports = [...new Set(bad.flatMap(portsOf))];
  return bad.length > 0
    ? `hostPort (${names(bad)} ${bad.length === 1 ? 'uses' : 'use'} ${plural('hostPort', ports)} ${ports.join(', ')})`
    : undefined;
};

const procMount = perContainer(
  'procMount',
  'must not set securityContext.procMount to "Unmasked"',
  (container) => ![undefined, 'Default'].includes(security(container).procMount),
);

const unconfined = (type: string | undefined): boolean => type === 'Unconfined';
const baselineSeccomp: SecurityCheck = (pod) => {
  const bad = containersOf(pod).filter((container) => unconfined(security(container).seccompProfile?.type));
  const setters = [
    ...(unconfined(podSecurity(pod).seccompProfile?.type) ? ['pod'] : []),
    ...(bad.length > 0 ? [names(bad)] : []),
  ];
  return setters.length > 0
    ? `seccompProfile (${setters.join(' and ')} must not set securityContext.seccompProfile.type to "Unconfined")`
    : undefined;
};

const SAFE_SYSCTLS = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
]);
const sysctls: SecurityCheck = (pod) => {
  const bad = (podSecurity(pod).sysctls ?? [])
    .map((one) => one.name)
    .filter((name) => !SAFE_SYSCTLS.has(name));
  return bad.length > 0 ? `forbidden sysctls (${bad.join(', ')})` : undefined;
};

const RESTRICTED_VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
const volumeTypes: SecurityCheck = ({ spec }) => {
  const typeOf = (volume: object) => Object.keys(volume).find((key) => key !== 'name') ?? 'unknown';
  const restricted = (volume: object) => !RESTRICTED_VOLUMES.includes(typeOf(volume));
  const bad = volumeNames(spec, restricted);
  const types = [...new Set((spec.volumes ?? []).filter(restricted).map(typeOf))].toSorted();
  return bad.length > 0
    ? `restricted volume types (${plural('volume', bad)} ${quote(bad)} ${bad.length === 1 ? 'uses' : 'use'} restricted volume ${plural('type', types)} ${quote(types)})`
    : undefined;
};

const allowPrivilegeEscalation = perContainer(
  'allowPrivilegeEscalation != false',
  'must set securityContext.allowPrivilegeEscalation=false',
  (container) => security(container).allowPrivilegeEscalation !== false,
);

const NET_BIND = new Set(['NET_BIND_SERVICE']);
const restrictedCapabilities: SecurityCheck = (pod) => {
  const undropped = containersOf(pod).filter(
    (container) => !security(container).capabilities?.drop?.includes('ALL'),
  );
  const { bad, capabilities } = addedCapabilities(pod, NET_BIND);
  const faults = [
    ...(undropped.length > 0
      ? [`${names(undropped)} must set securityContext.capabilities.drop=["ALL"]`]
      : []),
    ...(bad.length > 0
      ? [`${names(bad)} must not include ${quote(capabilities)} in securityContext.capabilities.add`]
      : []),
  ];
  return faults.length > 0 ? `unrestricted capabilities (${faults.join('; ')})` : undefined;
};

const runAsNonRoot: SecurityCheck = (pod) => {
  const inherited = podSecurity(pod).runAsNonRoot;
  const explicit = containersOf(pod).filter((container) => security(container).runAsNonRoot === false);
  const unset = containersOf(pod).filter((container) => security(container).runAsNonRoot === undefined);
  const setters = [
    ...(inherited === false ? ['pod'] : []),
    ...(explicit.length > 0 ? [names(explicit)] : []),
  ];
  if (setters.length > 0)
    return `runAsNonRoot != true (${setters.join(' and ')} must not set securityContext.runAsNonRoot=false)`;
  return inherited !== true && unset.length > 0
    ? `runAsNonRoot != true (pod or ${names(unset)} must set securityContext.runAsNonRoot=true)`
    : undefined;
};

const runAsUser: SecurityCheck = (pod) => {
  const bad = containersOf(pod).filter((container) => security(container).runAsUser === 0);
  const setters = [
    ...(podSecurity(pod).runAsUser === 0 ? ['pod'] : []),
    ...(bad.length > 0 ? [names(bad)] : []),
  ];
  return setters.length > 0 ? `runAsUser=0 (${setters.join(' and ')} must not set runAsUser=0)` : undefined;
};

const restrictedSeccomp: SecurityCheck = (pod) => {
  const inherited = podSecurity(pod).seccompProfile?.type;
  const broken = baselineSeccomp(pod);
  if (broken) return broken;
  const unset = containersOf(pod).filter(
    (container) => security(container).seccompProfile?.type === undefined,
  );
  return inherited === undefined && unset.length > 0
    ? `seccompProfile (pod or ${names(unset)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`
    : undefined;
};

export const BASELINE: readonly SecurityCheck[] = [
  hostNamespaces,
  privileged,
  baselineCapabilities,
  hostPath,
  hostPorts,
  procMount,
  baselineSeccomp,
  sysctls,
];

/** Restricted includes baseline; where it has a stricter form of a check, that one speaks. */
export const RESTRICTED: readonly SecurityCheck[] = [
  hostNamespaces,
  privileged,
  hostPorts,
  procMount,
  sysctls,
  allowPrivilegeEscalation,
  restrictedCapabilities,
  volumeTypes,
  runAsNonRoot,
  runAsUser,
  restrictedSeccomp,
];
