/** A container's environment: Services, envFrom, env, in that order, as the kubelet makes it. */
import type { V1Container, V1EnvVar } from '@kubernetes/client-node';
import type { Pod, Service, Wire } from '../api/object.ts';
import { parseQuantity } from '../api/quantity.ts';
import { expand } from './expand.ts';

type Container = Wire<V1Container>;
type EnvVar = Wire<V1EnvVar>;

/** What the environment refers to. */
export interface Sources {
  readonly pod: Pod;
  readonly podIP: string;
  readonly hostIP: string;
  /** Values of a ConfigMap or Secret of the pod's namespace, undefined if there is none. */
  readonly values: (
    kind: 'configmaps' | 'secrets',
    name: string,
  ) => Readonly<Record<string, string>> | undefined;
  /** Services whose variables the pod gets. */
  readonly services: readonly Service[];
}

/** The pod asks for something that is not there: CreateContainerConfigError. */
export class ConfigError extends Error {}

const fieldValue = (path: string, { pod, podIP, hostIP }: Sources): string => {
  const { metadata, spec } = pod;
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (keyed) return metadata[keyed[1] as 'labels' | 'annotations']?.[keyed[2] ?? ''] ?? '';
  const values: Readonly<Record<string, string | undefined>> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'spec.nodeName': spec.nodeName,
    'spec.serviceAccountName': spec.serviceAccountName,
    'status.podIP': podIP,
    'status.podIPs': podIP,
    'status.hostIP': hostIP,
    'status.hostIPs': hostIP,
  };
  if (!Object.hasOwn(values, path)) throw new ConfigError(`unsupported fieldPath: ${path}`);
  return values[path] ?? '';
};

const MISSING_KIND = { configmaps: 'configmap', secrets: 'secret' } as const;

function keyValue(
  kind: 'configmaps' | 'secrets',
  reference: { readonly name?: string; readonly key: string; readonly optional?: boolean },
  sources: Sources,
): string | undefined {
  const values = sources.values(kind, reference.name ?? '');
  const value = values?.[reference.key];
  if (value !== undefined || reference.optional) return value;
  const { namespace } = sources.pod.metadata;
  throw new ConfigError(
    values
      ? `couldn't find key ${reference.key} in ${kind === 'secrets' ? 'Secret' : 'ConfigMap'} ${namespace}/${reference.name}`
      : `${MISSING_KIND[kind]} "${reference.name}" not found`,
  );
}

/** `limits.cpu` and the like, in whole units of the divisor, rounded up. */
function resourceValue(container: Container, resource: string, divisor: string | undefined): string {
  const [side, name = ''] = resource.split('.');
  const quantity = (side === 'limits' ? container.resources?.limits : container.resources?.requests)?.[name];
  const unit = parseQuantity(divisor && divisor !== '0' ? divisor : '1') ?? 1;
  return String(Math.ceil((parseQuantity(quantity ?? '0') ?? 0) / unit));
}

function referred({ valueFrom }: EnvVar, container: Container, sources: Sources): string | undefined {
  if (valueFrom?.fieldRef) return fieldValue(valueFrom.fieldRef.fieldPath, sources);
  if (valueFrom?.configMapKeyRef) return keyValue('configmaps', valueFrom.configMapKeyRef, sources);
  if (valueFrom?.secretKeyRef) return keyValue('secrets', valueFrom.secretKeyRef, sources);
  if (valueFrom?.resourceFieldRef)
    return resourceValue(container, valueFrom.resourceFieldRef.resource, valueFrom.resourceFieldRef.divisor);
  return '';
}

function fromSources(container: Container, sources: Sources): Record<string, string> {
  const entries = (container.envFrom ?? []).flatMap(({ prefix = '', configMapRef, secretRef }) => {
    const kind = configMapRef ? 'configmaps' : 'secrets';
    const reference = configMapRef ?? secretRef;
    const values = sources.values(kind, reference?.name ?? '');
    if (!values && !reference?.optional)
      throw new ConfigError(`${MISSING_KIND[kind]} "${reference?.name}" not found`);
    return Object.entries(values ?? {}).map(([key, value]) => [`${prefix}${key}`, value] as const);
  });
  return Object.fromEntries(entries);
}

/** `WEB_SERVICE_HOST` and its relatives, as pkg/kubelet/envvars makes them. */
function serviceVariables({ metadata, spec }: Service): [string, string][] {
  const ip = spec?.clusterIP;
  const ports = spec?.ports ?? [];
  const [first] = ports;
  if (!ip || ip === 'None' || !first) return [];
  const upper = (text: string): string => text.toUpperCase().replaceAll('-', '_');
  const name = upper(metadata.name);
  const link = (protocol: string | undefined, port: number): string =>
    `${(protocol ?? 'TCP').toLowerCase()}://${ip}:${port}`;
  return [
    [`${name}_SERVICE_HOST`, ip],
    [`${name}_SERVICE_PORT`, String(first.port)],
    ...ports.flatMap((port): [string, string][] =>
      port.name ? [[`${name}_SERVICE_PORT_${upper(port.name)}`, String(port.port)]] : [],
    ),
    [`${name}_PORT`, link(first.protocol, first.port)],
    ...ports.flatMap(({ protocol = 'TCP', port }): [string, string][] => {
      const prefix = `${name}_PORT_${port}_${protocol}`;
      return [
        [prefix, link(protocol, port)],
        [`${prefix}_PROTO`, protocol.toLowerCase()],
        [`${prefix}_PORT`, String(port)],
        [`${prefix}_ADDR`, ip],
      ];
    }),
  ];
}

/** Throws ConfigError. Variables of the image (PATH) are the caller's. */
export function environment(container: Container, sources: Sources): Readonly<Record<string, string>> {
  const services = Object.fromEntries(sources.services.flatMap(serviceVariables));
  const result: Record<string, string> = { ...fromSources(container, sources) };
  const own = (values: Readonly<Record<string, string>>, name: string): string | undefined =>
    Object.hasOwn(values, name) ? values[name] : undefined;
  const known = (name: string): string | undefined => own(result, name) ?? own(services, name);
  for (const item of container.env ?? []) {
    const value = item.valueFrom ? referred(item, container, sources) : expand(item.value ?? '', known);
    if (value !== undefined) result[item.name] = value;
  }
  return { ...services, ...result };
}
