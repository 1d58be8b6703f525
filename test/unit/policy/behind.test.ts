/** What is behind targets and Services, a row per case. */
import { describe, expect, test } from '@jest/globals';
import type { PortSpec, Target } from '../../../src/model/scenario.ts';
import { behindName, behindService, serviceNamed, type Stop, stopsOf } from '../../../src/policy/behind.ts';
import { worldOf } from '../../../src/policy/world-of.ts';
import type { PolicyService, World } from '../../../src/policy/world.ts';
import { pod, WORLD } from './world.ts';

const service = (name: string, more: Partial<PolicyService> = {}): PolicyService => ({
  namespace: 'shop',
  name,
  clusterIPs: [],
  ports: [{ protocol: 'TCP', port: 80, targetPort: 'http' }],
  ...more,
});

const world: World = {
  ...WORLD,
  pods: [...WORLD.pods, pod('kube-system', 'coredns', '10.244.2.9', { app: 'dns' })],
  services: [
    ...WORLD.services,
    service('back', { selector: { tier: 'back' }, ports: [{ protocol: 'TCP', port: 80, targetPort: 5432 }] }),
    service('bare', { selector: { app: 'api' }, headless: true }),
    service('nobody', { selector: { app: 'gone' } }),
    service('other', { selector: { app: 'db' } }),
    service('outside', { clusterIPs: ['10.96.0.1', 'fd00::1'] }),
    service('unknown'),
    service('kube-dns', {
      namespace: 'kube-system',
      clusterIPs: ['10.96.0.10'],
      selector: { app: 'dns' },
      ports: [
        { protocol: 'TCP', port: 53, targetPort: 5300 },
        { protocol: 'UDP', port: 53, targetPort: 5353 },
      ],
    }),
  ],
};

const base = { name: 'target', ports: [], position: { file: 'scenario.yaml', line: 1, column: 1 } };
const tcp = (port: number): PortSpec => ({ protocol: 'tcp', port });
const dns = (port: number): PortSpec => ({ protocol: 'dns', port });
const host = (address: string): Target => ({ ...base, kind: 'host', host: address });
const pods = (selector: Readonly<Record<string, string>>): Target => ({
  ...base,
  kind: 'pods',
  namespace: 'shop',
  selector,
  limit: 1,
});
const lookup = (resolver?: string): Target => ({
  ...base,
  kind: 'dns',
  query: 'example.org',
  ...(resolver !== undefined && { resolver }),
});
type Via = Extract<Target, { kind: 'service' }>['via'];
const through = (name: string, via: Via = 'clusterIP'): Target => ({
  ...base,
  kind: 'service',
  service: name,
  namespace: 'shop',
  via,
});

/** `web TCP/8080` */
function words(stops: readonly Stop[]): readonly string[] {
  return stops.map(
    ({ to, protocol, port }) => `${'pod' in to ? to.pod.name : to.address} ${protocol}/${port}`,
  );
}

describe('a target leads to', () => {
  test.each<[string, Target, PortSpec, readonly string[] | string]>([
    ['an address', host('203.0.113.7'), tcp(443), ['203.0.113.7 TCP/443']],
    ['an IPv6 address', host('2001:db8::7'), { protocol: 'https', port: 443 }, ['2001:db8::7 TCP/443']],
    [
      'nobody knows where, for a name',
      host('example.org'),
      tcp(443),
      'a name’s addresses are not known before it is looked up',
    ],
    ['pods of its namespace with all of the labels', pods({ app: 'web' }), tcp(8080), ['web TCP/8080']],
    ['no pod, where none has all of them', pods({ app: 'web', tier: 'back' }), tcp(8080), []],
    [
      'every pod, without labels',
      pods({}),
      { protocol: 'udp', port: 1 },
      ['web', 'api', 'db', 'agent'].map((name) => `${name} UDP/1`),
    ],
    ['the port that the pods call so', through('front'), tcp(80), ['web TCP/8080']],
    ['a numbered port of the pods', through('back'), tcp(80), ['api TCP/5432']],
    ['no pod that has no port of that name', through('other'), tcp(80), []],
    ['no pod, where none is selected', through('nobody'), tcp(80), []],
    [
      'the first virtual address of a Service without selector',
      through('outside'),
      tcp(80),
      ['10.96.0.1 TCP/80'],
    ],
    [
      'nobody knows where, without that',
      through('unknown'),
      tcp(80),
      'what is behind Service shop/unknown is not known',
    ],
    ['nowhere at another port', through('front'), tcp(81), 'Service shop/front has no port 81'],
    [
      'nowhere over another protocol',
      through('front'),
      { protocol: 'udp', port: 80 },
      'Service shop/front has no port 80',
    ],
    ['nowhere without a Service', through('gone'), tcp(80), 'Service shop/gone is not known'],
    [
      'the port asked for, by the name of a headless Service',
      through('bare', 'name'),
      tcp(80),
      ['api TCP/80'],
    ],
    [
      "the pods' port, by the endpoints of a headless Service",
      through('bare', 'endpoints'),
      tcp(80),
      ['api TCP/9090'],
    ],
    [
      "the pods' port, where a headless Service has no address to ask at",
      through('bare'),
      tcp(80),
      ['api TCP/9090'],
    ],
    [
      'the pods, by the name of a Service with an address',
      through('front', 'name'),
      tcp(80),
      ['web TCP/8080'],
    ],
    ["the cluster's resolver", lookup(), dns(53), ['coredns UDP/5353']],
    [
      "no resolver at another port than its Service's",
      lookup(),
      dns(54),
      'Service kube-system/kube-dns has no port 54',
    ],
    ['a resolver of its own', lookup('203.0.113.53'), dns(54), ['203.0.113.53 UDP/54']],
    [
      'nobody knows where, if that is no address',
      lookup('dns.example.org'),
      dns(53),
      'the resolver is no address',
    ],
  ])('%s', (_, target, port, expected) => {
    const stops = stopsOf(target, port, world);
    expect(typeof stops === 'string' ? stops : words(stops)).toEqual(expected);
  });
});

test('a Service of the same name in another namespace is another one', () => {
  expect(serviceNamed({ namespace: 'shop', name: 'kube-dns' }, world.services)).toBeUndefined();
});

test.each([
  ['None', ['api TCP/80']],
  ['10.96.0.9', ['api TCP/9090']],
  [undefined, ['api TCP/9090']],
])('clusterIP: %s', (clusterIP, expected) => {
  const read = worldOf([
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'api', namespace: 'shop' },
      spec: {
        ...(clusterIP && { clusterIP }),
        selector: { app: 'api' },
        ports: [{ port: 80, targetPort: 'http' }],
      },
    },
  ]);
  const [api] = read.services;
  const [port] = api?.ports ?? [];
  if (api === undefined || port === undefined) throw new Error('the Service was not read');
  expect(words(behindName(api, port, world) ?? [])).toEqual(expected);
  expect(words(behindService(api, port, world) ?? [])).toEqual(['api TCP/9090']);
});
