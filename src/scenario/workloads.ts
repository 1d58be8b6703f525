/** Workloads: identities to launch. */
import type { LikeRef, NamespaceSpec, Placement, PortSpec, Workload } from '../model/scenario.ts';
import type { WorkloadEntry } from './document.ts';
import { reservedOnPods } from './labels.ts';
import { checkExisting, lookUpNamespace } from './namespaces.ts';
import { LAST_PRIVILEGED_PORT, parsePort, portText, transport } from './ports.ts';
import type { Reading } from './reading.ts';
import { didYouMean, quote } from './words.ts';

export function readWorkloads(reading: Reading, namespaces: readonly NamespaceSpec[]): Workload[] {
  const workloads = reading.entries('workloads').map(([name, entry]) => {
    checkIdentity(name, entry, namespaces, reading);
    return workloadOf(name, entry, reading);
  });
  checkCircles(workloads, reading);
  return workloads;
}

function workloadOf(name: string, entry: WorkloadEntry, reading: Reading): Workload {
  const like = entry.like === undefined ? undefined : likeOf(entry.like);
  return {
    name,
    namespace: entry.namespace,
    labels: entry.labels ?? {},
    ...(entry.serviceAccount === undefined ? {} : { serviceAccount: entry.serviceAccount }),
    placement: placementOf(name, entry, reading),
    ...(like === undefined ? {} : { like }),
    listen: listenOf(name, entry.listen ?? [], reading),
    portNames: portNamesOf(name, entry, reading),
    position: reading.at(['workloads', name], 'key'),
  };
}

function likeOf(reference: string): LikeRef {
  const [kind = '', name = ''] = reference.split('/');
  return { kind: kind as LikeRef['kind'], name };
}

function checkIdentity(
  name: string,
  entry: WorkloadEntry,
  namespaces: readonly NamespaceSpec[],
  reading: Reading,
): void {
  const path = ['workloads', name];
  lookUpNamespace(entry.namespace, [...path, 'namespace'], namespaces, reading);
  if (entry.like !== undefined) {
    checkExisting(entry.like, entry.namespace, [...path, 'like'], namespaces, reading);
  }
  const { serviceAccount } = entry;
  if (serviceAccount !== undefined && serviceAccount !== 'default') {
    const what = `service account ${quote(serviceAccount)}`;
    checkExisting(what, entry.namespace, [...path, 'serviceAccount'], namespaces, reading);
  }
  for (const key of Object.keys(entry.labels ?? {})) {
    const why = reservedOnPods(key);
    if (why === undefined) continue;
    reading.report([...path, 'labels', key], `label ${quote(key)} is reserved: ${why}`, undefined, 'key');
  }
}

function listenOf(name: string, texts: readonly string[], reading: Reading): PortSpec[] {
  const ports: PortSpec[] = [];
  for (const [index, text] of texts.entries()) {
    const path = ['workloads', name, 'listen', index];
    const port = parsePort(text);
    if (port === undefined) {
      reading.report(path, `${quote(text)} is not a port: the number must be from 1 to 65535`);
      reading.brokenNames.add(name);
      continue;
    }
    checkListen(port, ports, path, reading);
    ports.push(port);
  }
  return ports;
}

function portNamesOf(name: string, entry: WorkloadEntry, reading: Reading): Record<string, PortSpec> {
  const names: Record<string, PortSpec> = {};
  for (const [portName, text] of Object.entries(entry.portNames ?? {})) {
    const port = entry.listen?.includes(text) === true ? parsePort(text) : undefined;
    if (port !== undefined) names[portName] = port;
    else {
      const hint = `name one of its ports: ${entry.listen?.join(', ') ?? 'it has none'}`;
      reading.report(['workloads', name, 'portNames', portName], `${quote(text)} is not under listen`, hint);
    }
  }
  return names;
}

function checkListen(
  port: PortSpec,
  earlier: readonly PortSpec[],
  path: readonly (string | number)[],
  reading: Reading,
): void {
  const text = portText(port);
  if (port.port <= LAST_PRIVILEGED_PORT) {
    const message = `${text} can't be served: probe pods run without privileges`;
    reading.report(path, message, `take a port over ${LAST_PRIVILEGED_PORT}, such as ${unprivileged(port)}`);
  }
  const clash = earlier.find((other) => other.port === port.port && transport(other) === transport(port));
  if (clash === undefined) return;
  const both = portText(clash);
  reading.report(path, both === text ? `${text} is here twice` : `${text} and ${both} are the same socket`);
}

/** The port that unprivileged servers usually take instead: 8080 for 80, 8443 for 443. */
function unprivileged({ protocol, port }: PortSpec): string {
  return portText({ protocol, port: port + 8000 });
}

function placementOf(name: string, entry: WorkloadEntry, reading: Reading): Placement {
  const fields = (['node', 'sameNodeAs', 'differentNodeFrom'] as const).filter(
    (field) => entry[field] !== undefined,
  );
  for (const field of fields.slice(1)) {
    const message = `${quote(field)} and ${quote(String(fields[0]))} exclude each other`;
    reading.report(['workloads', name, field], message, undefined, 'key');
  }
  const [field] = fields;
  const value = field === undefined ? undefined : entry[field];
  if (field === undefined || value === undefined) return { kind: 'any' };
  if (field === 'node') return { kind: 'node', node: value };
  checkNeighbour(name, field, value, reading);
  return { kind: field === 'sameNodeAs' ? 'same' : 'different', workload: value };
}

function checkNeighbour(name: string, field: string, other: string, reading: Reading): void {
  const names = reading.names('workloads');
  if (names.includes(other)) return;
  const hint = didYouMean(
    other,
    names.filter((candidate) => candidate !== name),
  );
  reading.report(['workloads', name, field], `unknown workload ${quote(other)}`, hint);
}

/** Nodes are chosen one workload after the other, so each must have somewhere to begin. */
function checkCircles(workloads: readonly Workload[], reading: Reading): void {
  const next = new Map(
    workloads.flatMap(({ name, placement }) =>
      placement.kind === 'same' || placement.kind === 'different' ? [[name, placement.workload]] : [],
    ),
  );
  const done = new Set<string>();
  for (const start of next.keys()) {
    const path: string[] = [];
    let name: string | undefined = start;
    while (name !== undefined && !done.has(name)) {
      done.add(name);
      path.push(name);
      name = next.get(name);
    }
    const from = name === undefined ? -1 : path.indexOf(name);
    if (from < 0) continue;
    const circle = [...path.slice(from), name].join(' -> ');
    const first = path[from] ?? start;
    reading.report(['workloads', first], `placement goes round in a circle: ${circle}`, undefined, 'key');
  }
}
