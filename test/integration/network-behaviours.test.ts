/** The enforcement's ways to misbehave: each shows, and nothing else changes. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Lab, policy } from './network-lab.ts';

let lab: Lab;
/** `in` may not be entered, `out` not left. */
const POLICIES = [
  policy('in', { podSelector: { matchLabels: { app: 'in' } }, policyTypes: ['Ingress'] }),
  policy('out', { podSelector: { matchLabels: { app: 'out' } }, policyTypes: ['Egress'] }),
];
const INTO = 'free -> in tcp/8080';
const OUT_OF = 'out -> free tcp/8080';

beforeAll(async () => {
  lab = await Lab.open();
  lab.namespaces = [{ name: 'default', labels: {} }];
  const listen = ['tcp/8080', 'udp/5353'];
  await lab.add({ name: 'in', labels: { app: 'in' }, listen });
  await lab.add({ name: 'out', labels: { app: 'out' }, node: 'worker-2', listen });
  await lab.add({ name: 'free', node: 'worker-2', listen });
  await lab.program(POLICIES);
});
afterAll(() => lab.close());

describe('behaviours', () => {
  test.each([
    ['healthy', 'timed-out', 'timed-out'],
    ['none', 'connected', 'connected'],
    ['ingress-only', 'timed-out', 'connected'],
    ['egress-only', 'connected', 'timed-out'],
    ['reject', 'refused', 'refused'],
  ])('%s', async (behaviour, into, outOf) => {
    await lab.call('behave', behaviour);
    expect(await lab.outcomes([INTO, OUT_OF])).toEqual({ [INTO]: into, [OUT_OF]: outOf });
  });

  test('reject answers every datagram, not one per second', async () => {
    await lab.call('behave', 'reject');
    const dialled = await Promise.all(Array.from({ length: 30 }, () => lab.dial('free', 'in', 'udp/5353')));
    expect(dialled.map(({ outcome }) => outcome)).toEqual(dialled.map(() => 'refused'));
  });

  test('reject-icmp refuses TCP too, and is silent where Linux limits its answers', async () => {
    await lab.call('behave', 'reject-icmp');
    const dial = (): Promise<{ readonly outcome: string }> => lab.dial('free', 'in', 'udp/5353');
    expect(await lab.outcomes([INTO])).toEqual({ [INTO]: 'refused' });
    const dialled = await Promise.all(Array.from({ length: 30 }, dial));
    expect(new Set(dialled.map(({ outcome }) => outcome))).toEqual(new Set(['refused', 'timed-out']));
  });

  test('slow leaves the kernel as it is until the delay is over, and says when it is', async () => {
    await lab.call('behave', 'healthy');
    await lab.program([]);
    await lab.call('behave', 'slow=1500');
    const began = performance.now();
    const programmed = lab.program(POLICIES);
    expect((await lab.dial('free', 'in', 'tcp/8080')).outcome).toBe('connected');
    await programmed;
    expect(performance.now() - began).toBeGreaterThanOrEqual(1_490);
    expect((await lab.dial('free', 'in', 'tcp/8080')).outcome).toBe('timed-out');
  });

  test('slow leaves a new pod open for a while', async () => {
    await lab.call('behave', 'slow=1500');
    const late = await lab.add({ name: 'late', labels: { app: 'in' }, listen: ['tcp/8080'] });
    const programmed = lab.program();
    expect((await lab.dial('free', late.ip, 'tcp/8080')).outcome).toBe('connected');
    await programmed;
    expect((await lab.dial('free', late.ip, 'tcp/8080')).outcome).toBe('timed-out');
  });

  test('a state that is still delayed never overwrites a newer one', async () => {
    await lab.call('behave', 'slow=1000');
    const outdated = lab.program([]);
    await lab.call('behave', 'healthy');
    await lab.program(POLICIES);
    await outdated;
    expect((await lab.dial('free', 'in', 'tcp/8080')).outcome).toBe('timed-out');
  });
});
