/** /etc/resolv.conf and /etc/hosts of a pod, as the kubelet writes them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pod } from '../api/object.ts';

export interface PodAddress {
  readonly podIP: string;
  readonly dnsServer: string;
}

const DOMAIN = 'cluster.local';
/** The kubelet's own limit of search domains. */
const MAX_SEARCH = 32;

export function resolvConf({ metadata, spec }: Pod, dnsServer: string): string {
  const own = spec.dnsPolicy !== 'None';
  const config = spec.dnsConfig ?? {};
  const search = own ? [`${metadata.namespace}.svc.${DOMAIN}`, `svc.${DOMAIN}`, DOMAIN] : [];
  const searches = [...new Set([...search, ...(config.searches ?? [])])].slice(0, MAX_SEARCH);
  const servers = [...new Set([...(own ? [dnsServer] : []), ...(config.nameservers ?? [])])];
  const options = new Map<string, string | undefined>(own ? [['ndots', '5']] : []);
  for (const { name = '', value } of config.options ?? []) options.set(name, value);
  const optionText = [...options].map(([name, value]) => (value === undefined ? name : `${name}:${value}`));
  return [
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...servers.map((server) => `nameserver ${server}`),
    ...(optionText.length > 0 ? [`options ${optionText.join(' ')}`] : []),
    '',
  ].join('\n');
}

export const hostname = ({ metadata, spec }: Pod): string =>
  spec.hostname ?? metadata.name.slice(0, 63).replace(/[-.]+$/, '');

export function hostsFile(pod: Pod, podIP: string): string {
  const { metadata, spec } = pod;
  const name = hostname(pod);
  const names = spec.subdomain
    ? `${name}.${spec.subdomain}.${metadata.namespace}.svc.${DOMAIN}\t${name}`
    : name;
  return [
    '# Kubernetes-managed hosts file.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
    `${podIP}\t${names}`,
    ...(spec.hostAliases ?? []).map(({ ip, hostnames }) => `${ip}\t${(hostnames ?? []).join('\t')}`),
    '',
  ].join('\n');
}

/** Writes both under a folder and gives the mounts that put them in place. */
export function writePodFiles(
  folder: string,
  pod: Pod,
  address: PodAddress,
): readonly (readonly [string, string])[] {
  mkdirSync(folder, { recursive: true });
  const files = [
    ['resolv.conf', resolvConf(pod, address.dnsServer)],
    ['hosts', hostsFile(pod, address.podIP)],
  ] as const;
  return files.map(([name, text]) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return [path, `/etc/${name}`] as const;
  });
}
