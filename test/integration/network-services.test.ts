/** Services, cluster DNS and the outside, as pods meet them. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ForwardingService } from '../../src/sandbox/network/network.ts';
import { eventually } from '../support/until.ts';
import { Lab, policy } from './network-lab.ts';

let lab: Lab;
const VIP = '10.96.0.50';
const DNS_VIP = '10.96.0.10';

function service(clusterIP: string, name: string, ports: ForwardingService['ports']): ForwardingService {
  return { namespace: 'default', name, clusterIP, ports };
}

beforeAll(async () => {
  lab = await Lab.open();
  lab.namespaces = [{ name: 'default', labels: {} }];
  const listen = ['tcp/8080', 'udp/5353'];
  await lab.add({ name: 'one', labels: { app: 'web' }, listen });
  await lab.add({ name: 'two', labels: { app: 'web' }, node: 'worker-2', listen });
  await lab.add({ name: 'client' });
  const backends = (port: number) => [lab.ip('one'), lab.ip('two')].map((ip) => ({ ip, port }));
  const dns = ['TCP', 'UDP'].map((protocol) => ({
    protocol,
    port: 53,
    backends: [{ ip: lab.dns.ip, port: 53 }],
  }));
  lab.services = [
    service(VIP, 'web', [
      { protocol: 'TCP', port: 80, backends: backends(8080) },
      { protocol: 'UDP', port: 53, backends: backends(5353) },
    ]),
    service('10.96.0.51', 'empty', [{ protocol: 'TCP', port: 80, backends: [] }]),
    service('10.96.0.52', 'self', [
      { protocol: 'TCP', port: 80, backends: [{ ip: lab.ip('one'), port: 8080 }] },
    ]),
    service(DNS_VIP, 'kube-dns', dns),
  ];
  await lab.program([]);
});
afterAll(() => lab.close());

describe('Services', () => {
  test('spread connections over the ready endpoints and keep the client address', async () => {
    const texts = new Set<string>();
    for (let dialled = 0; dialled < 40; dialled++) {
      texts.add((await lab.dial('client', VIP, 'tcp/80')).text);
    }
    expect([...texts].toSorted()).toEqual([`one sees ${lab.ip('client')}`, `two sees ${lab.ip('client')}`]);
  });

  test('translate UDP too', async () => {
    expect((await lab.dial('client', VIP, 'udp/53')).text).toMatch(/^(one|two) sees 10\.244\.1\./);
  });

  test('refuse without endpoints and on ports they do not have, and drop at addresses that none has', async () => {
    const lines = {
      '10.96.0.51 tcp/80': 'refused',
      [`${VIP} tcp/81`]: 'refused',
      '10.96.7.7 tcp/80': 'timed-out',
    };
    const table = Object.fromEntries(
      Object.entries(lines).map(([to, outcome]) => [`client -> ${to}`, outcome]),
    );
    expect(await lab.outcomes(Object.keys(table))).toEqual(table);
  });

  test('lead a pod back to itself, even when it is isolated', async () => {
    const deny = policy('deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    await lab.program([deny]);
    const dialled = await lab.dial('one', '10.96.0.52', 'tcp/80');
    await lab.program([]);
    expect(dialled).toEqual({ outcome: 'connected', text: `one sees ${lab.nodes[0]?.ip}` });
  });

  test('are judged by the pod and port behind them', async () => {
    const spec = { podSelector: { matchLabels: { app: 'web' } }, ingress: [{ ports: [{ port: 8080 }] }] };
    await lab.program([policy('in', spec)]);
    const table = { [`client -> ${VIP} tcp/80`]: 'connected', [`client -> ${VIP} udp/53`]: 'timed-out' };
    expect(await lab.outcomes(Object.keys(table))).toEqual(table);
    await lab.program([]);
  });

  test('answer the node, whose own address the pod sees', async () => {
    await expect(lab.call('getFromNode', 'worker-1', `http://${VIP}/`, 1_000)).rejects.toThrow('Parse Error');
    await expect(lab.call('getFromNode', 'worker-2', 'http://10.96.0.51/', 1_000)).rejects.toThrow(
      'ECONNREFUSED',
    );
    expect(await lab.call('getFromNode', 'worker-2', 'http://203.0.113.10/', 1_000)).toBe(200);
  });
});

describe('cluster DNS', () => {
  const lookup = (name: string, type = 'A') =>
    lab.call('order', 'client', 'lookup', { name, server: DNS_VIP, type });
  /** Until a name set a moment ago is there: as in any cluster, DNS follows. */
  const known = (name: string) => eventually(() => lookup(name), Array.isArray);

  test('answers cluster names over its Service, as set last', async () => {
    await lab.call('setNames', [['web.default.svc.cluster.local', [VIP]]]);
    expect(await known('Web.default.svc.cluster.local')).toEqual([VIP]);
    await lab.call('setNames', [['new.default.svc.cluster.local', ['10.96.0.60']]]);
    expect(await known('new.default.svc.cluster.local')).toEqual(['10.96.0.60']);
    expect(await lookup('web.default.svc.cluster.local')).toBe('ENOTFOUND');
  });

  test('knows the outside and pods by address, and tells "no such name" from "no such record"', async () => {
    expect(await lookup('www.example.com')).toEqual(['203.0.113.10']);
    expect(await lookup('10-244-1-9.default.pod.cluster.local')).toEqual(['10.244.1.9']);
    expect(await lookup('www.example.com', 'AAAA')).toBe('ENODATA');
    expect(await lookup('nowhere.example.com')).toBe('ENOTFOUND');
  });

  test('answers over TCP what is too long for a datagram', async () => {
    const many = Array.from({ length: 200 }, (_, at) => `10.244.2.${at + 2}`);
    await lab.call('setNames', [['many.default.svc.cluster.local', many]]);
    expect(await known('many.default.svc.cluster.local')).toHaveLength(200);
  });

  test('is a pod like others to policies', async () => {
    await lab.program([policy('deny', { podSelector: {}, policyTypes: ['Egress'] })]);
    expect(await lookup('www.example.com')).toBe('ETIMEOUT');
    await lab.program([]);
  });

  test('comes back, with its names, when its process dies', async () => {
    await lab.call('setNames', [['kept.default.svc.cluster.local', ['10.96.0.61']]]);
    await lab.call(
      'shell',
      '/proc/1/ns/net',
      'kill -9 $(grep -l [d]ns/serve.js /proc/[0-9]*/cmdline | cut -d/ -f3)',
    );
    const died = async (): Promise<boolean> => ((await lab.call('faults')) as string[]).length > 0;
    while (!(await died()));
    let answer: unknown;
    do answer = await lookup('kept.default.svc.cluster.local');
    while (answer === 'ECONNREFUSED' || answer === 'ETIMEOUT');
    expect(answer).toEqual(['10.96.0.61']);
  });
});

describe('the outside', () => {
  test('answers HTTP, datagrams and at the metadata address; nothing else is routed', async () => {
    const table = {
      'client -> 203.0.113.10 tcp/80': 'connected',
      'client -> 203.0.113.20 udp/123': 'connected',
      'client -> 198.51.100.7 tcp/80': 'connected',
      'client -> 169.254.169.254 tcp/80': 'connected',
      'client -> 203.0.113.99 tcp/80': 'unreachable',
      'client -> 192.0.2.1 tcp/80': 'unreachable',
    };
    expect(await lab.outcomes(Object.keys(table))).toEqual(table);
    expect((await lab.dial('client', '203.0.113.10', 'udp/123')).text).toContain('www.example.com');
  });
});
