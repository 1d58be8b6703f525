/** What goes wrong around the enforcement of policies; and policies, which are enforced all the same. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { DNS_SERVICE_IP } from '../../src/sandbox/network/network.ts';
import { Lab, policy } from './network-lab.ts';
import { closeCleanly } from './network-rows.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
  lab.namespaces = [{ name: 'default', labels: {} }];
  const listen = ['tcp/8080', 'udp/5353'];
  await lab.add({ name: 'web', labels: { app: 'web' }, listen });
  await lab.add({ name: 'near', listen });
  await lab.add({ name: 'far', node: 'worker-2', listen });
  const ports = [{ protocol: 'UDP', port: 53, backends: [{ ip: lab.dns.ip, port: 53 }] }];
  lab.services = [{ namespace: 'kube-system', name: 'kube-dns', clusterIP: DNS_SERVICE_IP, ports }];
  await lab.program([policy('in', { podSelector: { matchLabels: { app: 'web' } } })]);
});
beforeEach(() => lab.call('behave', 'healthy'));
afterAll(() => closeCleanly(lab));

const tables = (): Promise<unknown> => lab.call('shell', '/run/netns/node-worker-1', 'nft list tables');

test('intercept: every TCP connection is completed and none answered; UDP is as ever', async () => {
  const shake = (host: string, port: number): Promise<unknown> =>
    lab.call('order', 'near', 'shake', { host: lab.ip(host), port, timeoutMs: 1_000 });
  const all = (): Promise<unknown> =>
    Promise.all([shake('web', 8080), shake('far', 7070), shake('10.96.0.99', 80), shake('203.0.113.10', 80)]);
  expect(await all()).toEqual([false, false, false, true]);
  await lab.call('behave', 'intercept');
  expect(await all()).toEqual([true, true, true, true]);
  const lines = {
    'near -> web tcp/8080': 'timed-out',
    'near -> far tcp/8080': 'timed-out',
    'near -> 203.0.113.10 tcp/80': 'timed-out',
    'near -> far udp/5353': 'connected',
    'near -> far udp/7070': 'refused',
    'near -> web udp/5353': 'timed-out',
  };
  expect(await lab.outcomes(Object.keys(lines))).toEqual(lines);
  // The node itself is not in the proxy's care: its kubelet still sees its pods.
  const raw = lab.call('getFromNode', 'worker-2', `http://${lab.ip('far')}:7070/`, 1_000);
  await expect(raw).rejects.toThrow('ECONNREFUSED');
  await lab.call('behave', 'healthy');
  expect(await all()).toEqual([false, false, false, true]);
});

test('dns-dead: no query is answered, until the behaviour changes', async () => {
  const lookup = (): Promise<unknown> =>
    lab.call('order', 'far', 'lookup', { name: 'www.example.com', server: DNS_SERVICE_IP, type: 'A' });
  expect(await lookup()).toEqual(['203.0.113.10']);
  await lab.call('behave', 'dns-dead');
  expect(await lookup()).toBe('ETIMEOUT');
  expect((await lab.dial('far', 'near', 'tcp/8080')).outcome).toBe('connected');
  await lab.call('behave', 'healthy');
  expect(await lookup()).toEqual(['203.0.113.10']);
});

test('lossy: some packets are lost and others not, on one node and across', async () => {
  const count = async (from: string, to: string): Promise<number> => {
    const dialled = await Promise.all(Array.from({ length: 64 }, () => lab.dial(from, to, 'udp/5353')));
    return dialled.filter(({ outcome }) => outcome === 'connected').length;
  };
  await lab.call('behave', 'lossy=50');
  for (const [from, to] of [
    ['near', 'far'],
    ['far', 'near'],
    ['near', 'near'],
  ] as const) {
    const answered = await count(from, to);
    // A pod's packets to itself never leave it. Of the others, all or none of 64 come back once in ten million times.
    if (from === to) expect(answered).toBe(64);
    else expect([0, 64]).not.toContain(answered);
  }
  expect(await count('near', 'web')).toBe(0);
  await lab.call('behave', 'healthy');
  expect(await count('near', 'far')).toBe(64);
  expect(await tables()).not.toContain('netproof_world');
});

/** TCP: SYN and its answer, then the client's ACK and what the server says. A datagram and its answer: half of that. */
test('slow-link: every packet between nodes takes its time, within a node none does', async () => {
  const timed = async (from: string, to: string, endpoint: string) => {
    const began = performance.now();
    const { outcome, text } = await lab.dial(from, to, endpoint, 5_000);
    return { outcome, text, ms: performance.now() - began };
  };
  await lab.call('behave', 'slow-link=200');
  const tcp = await timed('near', 'far', 'tcp/8080');
  expect(tcp).toMatchObject({ outcome: 'connected', text: `far sees ${lab.ip('near')}` });
  expect(tcp.ms).toBeGreaterThanOrEqual(790);
  const udp = await timed('far', 'near', 'udp/5353');
  expect(udp.outcome).toBe('connected');
  expect(udp.ms).toBeGreaterThanOrEqual(390);
  expect((await timed('near', 'far', 'tcp/7070')).outcome).toBe('refused');
  expect((await lab.dial('far', 'web', 'tcp/8080')).outcome).toBe('timed-out');
  // Nothing of this node's own goes over the link.
  await lab.call('behave', 'slow-link=600000');
  expect((await lab.dial('near', 'near', 'tcp/8080')).outcome).toBe('connected');
  expect((await lab.dial('near', '203.0.113.10', 'tcp/80')).outcome).toBe('connected');
  expect((await lab.dial('near', 'far', 'tcp/8080')).outcome).toBe('timed-out');
  await lab.call('behave', 'healthy');
  expect((await lab.dial('near', 'far', 'tcp/8080')).outcome).toBe('connected');
});
