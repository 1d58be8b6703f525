/** NetworkPolicies in the kernel: what is compiled is what packets meet. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Lab, policy } from './network-lab.ts';

let lab: Lab;
const LISTEN = ['tcp/8080', 'tcp/9090', 'udp/5353'];

beforeAll(async () => {
  lab = await Lab.open();
  lab.namespaces = [
    { name: 'default', labels: { team: 'one' } },
    { name: 'other', labels: { team: 'two' } },
  ];
  const http = (port: number) => [{ name: 'http', protocol: 'TCP', port }];
  // `near` shares a node with `web`, `far` does not; `alien` is of another namespace.
  await lab.add({ name: 'web', labels: { app: 'web' }, ports: http(8080), listen: LISTEN });
  await lab.add({ name: 'alt', labels: { app: 'web' }, node: 'worker-2', ports: http(9090), listen: LISTEN });
  await lab.add({ name: 'near', labels: { app: 'client' }, listen: LISTEN });
  await lab.add({ name: 'far', labels: { app: 'client' }, node: 'worker-2', listen: LISTEN });
  await lab.add({
    name: 'alien',
    namespace: 'other',
    labels: { app: 'client' },
    node: 'worker-2',
    listen: LISTEN,
  });
});
afterAll(() => lab.close());

/** Programs the policies and dials every line; lines end in the wanted outcome. */
async function expectOutcomes(
  policies: Parameters<Lab['program']>[0],
  table: Record<string, string>,
): Promise<void> {
  await lab.program(policies);
  expect(await lab.outcomes(Object.keys(table))).toEqual(table);
}

const WEB = { matchLabels: { app: 'web' } };
const CLIENT = { matchLabels: { app: 'client' } };

describe('policies in the kernel', () => {
  test('without policies everything is open, and a closed port answers', async () => {
    await expectOutcomes([], {
      'near -> web tcp/8080': 'connected',
      'far -> web tcp/8080': 'connected',
      'far -> web udp/5353': 'connected',
      'alien -> alt tcp/9090': 'connected',
      'near -> web tcp/7070': 'refused',
      'near -> web udp/7070': 'refused',
    });
  });

  test('default deny of ingress isolates one direction of one namespace', async () => {
    await expectOutcomes([policy('deny', { podSelector: {}, policyTypes: ['Ingress'] })], {
      'near -> web tcp/8080': 'timed-out',
      'far -> web tcp/8080': 'timed-out',
      'far -> web udp/5353': 'timed-out',
      'alien -> web tcp/8080': 'timed-out',
      'web -> alien tcp/8080': 'connected',
    });
  });

  test('default deny of egress holds back the source, also towards the outside', async () => {
    await expectOutcomes([policy('deny', { podSelector: CLIENT, policyTypes: ['Egress'] })], {
      'near -> web tcp/8080': 'timed-out',
      'near -> 203.0.113.10 tcp/80': 'timed-out',
      'near -> 169.254.169.254 tcp/80': 'timed-out',
      'alien -> web tcp/8080': 'connected',
      'web -> near tcp/8080': 'connected',
      'web -> 203.0.113.10 tcp/80': 'connected',
    });
  });

  test('both directions must allow, on one node and across nodes', async () => {
    const egress = policy('out', {
      podSelector: CLIENT,
      policyTypes: ['Egress'],
      egress: [{ to: [{ podSelector: WEB }] }],
    });
    const ingress = policy('in', { podSelector: WEB, ingress: [{ ports: [{ port: 8080 }] }] });
    await expectOutcomes([egress, ingress], {
      'near -> web tcp/8080': 'connected',
      'far -> web tcp/8080': 'connected',
      'near -> alt tcp/8080': 'connected',
      'near -> web tcp/9090': 'timed-out',
      'near -> far tcp/8080': 'timed-out',
      'alien -> web tcp/8080': 'connected',
    });
  });

  test('combined selectors are an intersection, separate peers a union', async () => {
    const two = { matchLabels: { team: 'two' } };
    const ingress = (
      from: NonNullable<NonNullable<ReturnType<typeof policy>['spec']>['ingress']>[0]['from'],
    ) => policy('in', { podSelector: WEB, ingress: [{ from: from ?? [] }] });
    await expectOutcomes([ingress([{ podSelector: CLIENT, namespaceSelector: two }])], {
      'alien -> web tcp/8080': 'connected',
      'near -> web tcp/8080': 'timed-out',
      'alt -> web tcp/8080': 'timed-out',
    });
    await expectOutcomes([ingress([{ podSelector: CLIENT }, { namespaceSelector: two }])], {
      'alien -> web tcp/8080': 'connected',
      'near -> web tcp/8080': 'connected',
      'alt -> web tcp/8080': 'timed-out',
    });
  });

  test("a named port is each target pod's own", async () => {
    await expectOutcomes([policy('in', { podSelector: WEB, ingress: [{ ports: [{ port: 'http' }] }] })], {
      'near -> web tcp/8080': 'connected',
      'near -> web tcp/9090': 'timed-out',
      'near -> alt tcp/9090': 'connected',
      'near -> alt tcp/8080': 'timed-out',
    });
    const out = { podSelector: CLIENT, policyTypes: ['Egress'], egress: [{ ports: [{ port: 'http' }] }] };
    await expectOutcomes([policy('out', out)], {
      'near -> web tcp/8080': 'connected',
      'near -> web tcp/9090': 'timed-out',
      'near -> alt tcp/9090': 'connected',
      'near -> far tcp/8080': 'timed-out',
    });
  });

  test('endPort, protocols, ipBlock and except', async () => {
    const range = {
      ports: [
        { port: 8000, endPort: 8999 },
        { protocol: 'UDP', port: 5353 },
      ],
    };
    await expectOutcomes([policy('in', { podSelector: WEB, ingress: [range] })], {
      'near -> web tcp/8080': 'connected',
      'near -> web tcp/9090': 'timed-out',
      'far -> web udp/5353': 'connected',
    });
    const ipBlock = { cidr: '0.0.0.0/0', except: [`${lab.ip('far')}/32`, '203.0.113.0/24'] };
    const blocks = policy('blocks', {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [{ to: [{ ipBlock }] }],
    });
    await expectOutcomes([blocks], {
      'near -> web tcp/8080': 'connected',
      'near -> far tcp/8080': 'timed-out',
      'near -> 203.0.113.10 tcp/80': 'timed-out',
      'near -> 203.0.113.20 udp/123': 'timed-out',
      'near -> 198.51.100.7 tcp/80': 'connected',
      'near -> 198.51.100.7 udp/123': 'connected',
    });
  });

  test('a pod and its own node always reach each other', async () => {
    await expectOutcomes([policy('deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] })], {
      [`web -> ${lab.nodes[0]?.ip} tcp/7070`]: 'refused',
      [`web -> ${lab.nodes[1]?.ip} tcp/7070`]: 'timed-out',
    });
    const raw = lab.call('getFromNode', 'worker-1', `http://${lab.ip('web')}:7070/`, 1_000);
    await expect(raw).rejects.toThrow('ECONNREFUSED');
    const foreign = lab.call('getFromNode', 'worker-2', `http://${lab.ip('web')}:7070/`, 500);
    await expect(foreign).rejects.toThrow('abort');
  });

  test('what was connected before a policy stays connected', async () => {
    await lab.program([]);
    await lab.call('order', 'far', 'hold', { key: 'k', host: lab.ip('web'), port: 8080, timeoutMs: 1_000 });
    await lab.program([policy('deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] })]);
    expect(await lab.call('order', 'far', 'echo', { key: 'k', timeoutMs: 1_000 })).toBe(true);
    expect((await lab.dial('far', 'web', 'tcp/8080')).outcome).toBe('timed-out');
  });

  test('deleting the policy opens what it closed', async () => {
    await expectOutcomes([policy('deny', { podSelector: {} })], { 'near -> web tcp/8080': 'timed-out' });
    await expectOutcomes([], { 'near -> web tcp/8080': 'connected' });
  });
});
