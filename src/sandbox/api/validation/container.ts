/** Containers: name, image, ports, environment, probes, resources. */
import type { V1Container, V1Probe } from '@kubernetes/client-node';
import type { Wire } from '../object.ts';
import { parseQuantity } from '../quantity.ts';
import { type FieldError, each, forbiddenField, invalidValue, required, unique } from './field.ts';
import { checkOneOf } from './meta.ts';
import { checkName, checkPort, dnsLabel, portName } from './names.ts';
import { PROTOCOLS } from './networkpolicy.ts';

type Container = Wire<V1Container>;
type Probe = Wire<V1Probe>;

const QUANTITY_TEXT =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

function checkPorts({ ports }: Container, field: string): FieldError[] {
  return [
    ...each(ports, `${field}.ports`, (port, at) => [
      ...(port.name ? checkName(portName, port.name, `${at}.name`) : []),
      ...(port.containerPort
        ? checkPort(port.containerPort, `${at}.containerPort`)
        : [required(`${at}.containerPort`)]),
      ...checkOneOf(port.protocol, PROTOCOLS, `${at}.protocol`),
    ]),
    ...unique(
      ports,
      (port) => port.name,
      (i) => `${field}.ports[${i}].name`,
    ),
  ];
}

function checkEnv({ env }: Container, field: string): FieldError[] {
  return each(env, `${field}.env`, (item, at) => [
    ...(item.name
      ? item.name.includes('=')
        ? [invalidValue(`${at}.name`, item.name, "environment variable name must not contain '='")]
        : []
      : [required(`${at}.name`)]),
    ...(item.valueFrom && item.value
      ? [invalidValue(`${at}.valueFrom`, '', 'may not be specified when `value` is not empty')]
      : []),
  ]);
}

function checkResources({ resources }: Container, field: string): FieldError[] {
  const limits = Object.entries(resources?.limits ?? {});
  const requests = Object.entries(resources?.requests ?? {});
  const all = [
    ...limits.map(([name, value]) => ({ at: `${field}.resources.limits[${name}]`, value })),
    ...requests.map(([name, value]) => ({ at: `${field}.resources.requests[${name}]`, value })),
  ];
  const malformed = all.filter(({ value }) => parseQuantity(value) === undefined);
  if (malformed.length > 0) return malformed.map(({ at, value }) => invalidValue(at, value, QUANTITY_TEXT));
  return [
    ...all
      .filter(({ value }) => (parseQuantity(value) ?? 0) < 0)
      .map(({ at, value }) => invalidValue(at, value, 'must be greater than or equal to 0')),
    ...requests
      .filter(([name, value]) => {
        const limit = resources?.limits?.[name];
        return limit !== undefined && (parseQuantity(value) ?? 0) > (parseQuantity(limit) ?? 0);
      })
      .map(([name, value]) =>
        invalidValue(
          `${field}.resources.requests`,
          value,
          `must be less than or equal to ${name} limit of ${resources?.limits?.[name]}`,
        ),
      ),
  ];
}

function checkProbe(probe: Probe | undefined, field: string): FieldError[] {
  if (!probe) return [];
  const handlers = [probe.httpGet, probe.tcpSocket, probe.exec, probe.grpc].filter(Boolean);
  const numbers = ['initialDelaySeconds', 'periodSeconds', 'timeoutSeconds', 'failureThreshold'] as const;
  return [
    ...(handlers.length === 0 ? [required(field, 'must specify a handler type')] : []),
    ...(handlers.length > 1 ? [forbiddenField(field, 'may not specify more than 1 handler type')] : []),
    ...numbers
      .filter((name) => (probe[name] ?? 0) < 0)
      .map((name) => invalidValue(`${field}.${name}`, probe[name], 'must be greater than or equal to 0')),
    ...([['httpGet', probe.httpGet] as const, ['tcpSocket', probe.tcpSocket] as const] as const).flatMap(
      ([name, handler]) => {
        if (!handler) return [];
        return typeof handler.port === 'string'
          ? checkName(portName, handler.port, `${field}.${name}.port`)
          : checkPort(handler.port, `${field}.${name}.port`);
      },
    ),
  ];
}

function checkMounts({ volumeMounts }: Container, field: string, volumes: ReadonlySet<string>): FieldError[] {
  return each(volumeMounts, `${field}.volumeMounts`, (mount, at) => [
    ...(volumes.has(mount.name)
      ? []
      : [
          {
            reason: 'FieldValueNotFound',
            field: `${at}.name`,
            text: `Not found: ${JSON.stringify(mount.name)}`,
          },
        ]),
    ...(mount.mountPath ? [] : [required(`${at}.mountPath`)]),
  ]);
}

export function checkContainer(
  container: Container,
  field: string,
  volumes: ReadonlySet<string>,
): FieldError[] {
  const security = container.securityContext;
  return [
    ...(container.name ? checkName(dnsLabel, container.name, `${field}.name`) : [required(`${field}.name`)]),
    ...(container.image ? [] : [required(`${field}.image`)]),
    ...(container.image && container.image.trim() !== container.image
      ? [invalidValue(`${field}.image`, container.image, 'must not have leading or trailing whitespace')]
      : []),
    ...checkOneOf(container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never'], `${field}.imagePullPolicy`),
    ...checkPorts(container, field),
    ...checkEnv(container, field),
    ...checkMounts(container, field, volumes),
    ...checkResources(container, field),
    ...checkProbe(container.livenessProbe, `${field}.livenessProbe`),
    ...checkProbe(container.readinessProbe, `${field}.readinessProbe`),
    ...checkProbe(container.startupProbe, `${field}.startupProbe`),
    ...(security?.privileged && security.allowPrivilegeEscalation === false
      ? [
          invalidValue(
            `${field}.securityContext`,
            security,
            'cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
          ),
        ]
      : []),
  ];
}
