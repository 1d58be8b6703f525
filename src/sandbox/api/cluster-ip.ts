/** ClusterIPs, given out in ascending order from the upper part of the range; the lower is for chosen addresses. */
import { type Service } from './object.ts';
import { invalid } from './refusal.ts';
import { services } from './kinds/core.ts';
import type { Store } from './store.ts';
import { contains, parseCidr } from './validation/cidr.ts';
import { invalidValue } from './validation/field.ts';

/** The real allocator keeps min(max(16, size/16), 256) addresses at the bottom for static use (KEP-3070). */
const STATIC_BAND = 256;

const toNumber = (ip: string): number => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const toText = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');

export type AllocateClusterIp = (service: Service) => Service;

/** Gives a new Service its address, or checks the one it asks for. Throws 422. */
export function clusterIps(cidr: string, store: Store): AllocateClusterIp {
  const range = parseCidr(cidr);
  if (!range) throw new Error(`${cidr} is no CIDR`);
  const first = toNumber(range.address);
  const size = 2 ** (32 - range.prefix);
  const taken = (): Set<string> => new Set(store.list('services').map((one) => one.spec?.clusterIP ?? ''));
  const fail = (service: Service, detail: string): Error =>
    invalid(services, service.metadata.name, [
      invalidValue(
        'spec.clusterIPs',
        service.spec?.clusterIPs ?? [],
        `failed to allocate IP ${service.spec?.clusterIP ?? ''}: ${detail}`,
      ),
    ]);
  return (service) => {
    const { spec } = service;
    if (spec?.type === 'ExternalName' || spec?.clusterIP === 'None') return service;
    const used = taken();
    if (spec?.clusterIP) {
      if (!contains(range, spec.clusterIP))
        throw fail(service, `the provided network does not match the current range`);
      if (used.has(spec.clusterIP)) throw fail(service, 'provided IP is already allocated');
      return service;
    }
    for (let offset = STATIC_BAND + 1; offset < size - 1; offset++) {
      const ip = toText(first + offset);
      if (!used.has(ip)) return { ...service, spec: { ...spec, clusterIP: ip, clusterIPs: [ip] } };
    }
    throw fail(service, 'range is full');
  };
}
