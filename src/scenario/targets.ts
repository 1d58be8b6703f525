/** Targets: what exists and is connected to. */
import { isIP } from 'node:net';
import type { NamespaceSpec, PortSpec, Target } from '../model/scenario.ts';
import { DEFAULTS } from './defaults.ts';
import type { TargetEntry } from './document.ts';
import { hostProblem } from './hosts.ts';
import { checkExisting } from './namespaces.ts';
import { parsePort, portText } from './ports.ts';
import type { Reading } from './reading.ts';
import { quote } from './words.ts';

export function readTargets(reading: Reading, namespaces: readonly NamespaceSpec[]): Target[] {
  return reading.entries('targets').flatMap(([name, entry]) => {
    const target = targetOf(name, entry, namespaces, reading);
    if (target === undefined) reading.brokenNames.add(name);
    return target ?? [];
  });
}

function targetOf(
  name: string,
  entry: TargetEntry,
  namespaces: readonly NamespaceSpec[],
  reading: Reading,
): Target | undefined {
  const path = ['targets', name];
  const ports = portsOf(name, entry, reading);
  if (ports === undefined) return undefined;
  checkPath(name, entry, ports, reading);
  const base = {
    name,
    ports,
    ...(entry.path === undefined ? {} : { path: entry.path }),
    position: reading.at(path, 'key'),
  };
  if (entry.service !== undefined) {
    const [service = '', namespace = ''] = entry.service.split('.');
    checkExisting(`Service ${quote(service)}`, namespace, [...path, 'service'], namespaces, reading);
    return { ...base, kind: 'service', service, namespace, via: entry.via ?? DEFAULTS.via };
  }
  if (entry.pods !== undefined) {
    const { namespace, selector, limit = DEFAULTS.podLimit } = entry.pods;
    checkExisting('existing pod', namespace, [...path, 'pods', 'namespace'], namespaces, reading);
    return { ...base, kind: 'pods', namespace, selector, limit };
  }
  if (entry.host !== undefined) {
    const problem = hostProblem(entry.host);
    if (problem !== undefined) reading.report([...path, 'host'], problem.message, problem.hint);
    return { ...base, kind: 'host', host: entry.host };
  }
  if (entry.dns === undefined) return undefined;
  return { ...base, kind: 'dns', query: entry.dns, ...resolverOf(name, entry, reading) };
}

function resolverOf(
  name: string,
  { resolver }: TargetEntry,
  reading: Reading,
): { readonly resolver?: string } {
  if (resolver === undefined) return {};
  if (isIP(resolver) === 0) {
    const message = `${quote(resolver)} is not an IPv4 or IPv6 address`;
    reading.report(
      ['targets', name, 'resolver'],
      message,
      'a resolver is asked by its address, as in 10.96.0.10',
    );
  }
  return { resolver };
}

/** The ports, or undefined if they are wrong. */
function portsOf(name: string, entry: TargetEntry, reading: Reading): PortSpec[] | undefined {
  const path = ['targets', name, 'ports'];
  if (entry.dns !== undefined) {
    if (entry.ports !== undefined) {
      reading.report(
        path,
        "a dns target has no ports: its one port is the resolver's",
        'write port: 53',
        'key',
      );
    }
    return [{ protocol: 'dns', port: entry.port ?? 53 }];
  }
  const ports = new Map<string, PortSpec>();
  let sound = true;
  for (const [index, text] of (entry.ports ?? []).entries()) {
    const port = parsePort(text);
    if (port === undefined) {
      reading.report([...path, index], `${quote(text)} is not a port: the number must be from 1 to 65535`);
      sound = false;
    } else if (ports.has(portText(port))) reading.report([...path, index], `${text} is here twice`);
    else ports.set(portText(port), port);
  }
  return sound ? [...ports.values()] : undefined;
}

function checkPath(name: string, entry: TargetEntry, ports: readonly PortSpec[], reading: Reading): void {
  if (entry.path === undefined) return;
  if (ports.some(({ protocol }) => protocol === 'http' || protocol === 'https')) return;
  reading.report(
    ['targets', name, 'path'],
    'a path is only for http and https, and this target has no such port',
    undefined,
    'key',
  );
}
