/** Rules that lead packets astray, though the policies were read rightly. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { policy } from './network-lab.ts';
import type { Lab } from './network-lab.ts';
import { VIP, closeCleanly, intoWeb, named, openPods, outOf, podsOf, shows } from './network-rows.ts';
import type { Row } from './network-rows.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openPods();
});
afterAll(() => closeCleanly(lab));

const DENY_ALL = policy('deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });

const WRONG_TURNS: readonly Row[] = [
  {
    defect: 'udp-unfiltered',
    policies: () => [DENY_ALL],
    rightly: {
      'near -> web udp/5353': 'timed-out',
      'far -> web udp/5353': 'timed-out',
      'near -> web tcp/8080': 'timed-out',
      'far -> web tcp/8080': 'timed-out',
    },
    wrongly: { 'near -> web udp/5353': 'connected', 'far -> web udp/5353': 'connected' },
  },
  {
    defect: 'same-node-unfiltered',
    policies: () => [DENY_ALL],
    rightly: {
      'near -> web tcp/8080': 'timed-out',
      'near -> web udp/5353': 'timed-out',
      'far -> alt tcp/8080': 'timed-out',
      'far -> web tcp/8080': 'timed-out',
      'near -> alt udp/5353': 'timed-out',
      'near -> 203.0.113.10 tcp/80': 'timed-out',
    },
    wrongly: {
      'near -> web tcp/8080': 'connected',
      'near -> web udp/5353': 'connected',
      'far -> alt tcp/8080': 'connected',
    },
  },
  {
    defect: 'policy-before-dnat',
    policies: () => [
      outOf('near', { to: [podsOf('web')], ports: [{ port: 8080 }] }),
      outOf('far', { to: [{ ipBlock: { cidr: `${VIP}/32` } }], ports: [{ port: 80 }] }),
      // Where packets come in, it is long after.
      intoWeb({ ports: [{ port: 8080 }] }),
    ],
    rightly: {
      [`near -> ${VIP} tcp/80`]: 'connected',
      [`far -> ${VIP} tcp/80`]: 'timed-out',
      [`alien -> ${VIP} tcp/80`]: 'connected',
      'near -> web tcp/8080': 'connected',
      'near -> web tcp/9090': 'timed-out',
      'near -> far tcp/8080': 'timed-out',
      'far -> web tcp/8080': 'timed-out',
      'web -> near tcp/8080': 'connected',
      // The first node's own address.
      'near -> 172.30.0.11 tcp/7070': 'refused',
    },
    wrongly: { [`near -> ${VIP} tcp/80`]: 'timed-out', [`far -> ${VIP} tcp/80`]: 'connected' },
  },
];

describe('packets led astray', () => {
  test.each(WRONG_TURNS)('$defect', (row) => shows(lab, row));

  test('a defect is gone when the behaviour is healthy again', async () => {
    await lab.call('behave', 'same-node-unfiltered+policy-before-dnat');
    await lab.program([DENY_ALL]);
    await lab.call('behave', 'healthy');
    const lines = ['near -> web tcp/8080', `near -> ${VIP} tcp/80`];
    expect(Object.values(await lab.outcomes(lines))).toEqual(['timed-out', 'timed-out']);
  });

  test.each([
    ['healthy', true],
    ['established-cut', false],
  ])('%s: connections that a new policy forbids stay: %s', async (behaviour, stays) => {
    await lab.call('behave', behaviour);
    await lab.program([]);
    const hold = (from: string, to: string): Promise<unknown> =>
      lab.call('order', from, 'hold', {
        key: `${behaviour} ${to}`,
        host: lab.ip(to),
        port: 8080,
        // The whole of its life, not only the connecting.
        timeoutMs: 20_000,
      });
    const lives = (from: string, to: string): Promise<unknown> =>
      lab.call('order', from, 'echo', { key: `${behaviour} ${to}`, timeoutMs: 1_000 });
    await Promise.all([hold('near', 'web'), hold('far', 'web'), hold('far', 'alien')]);
    await lab.program([intoWeb({ from: [named('near')] })]);
    expect(await lives('far', 'web')).toBe(stays);
    expect(await lives('near', 'web')).toBe(true);
    expect(await lives('far', 'alien')).toBe(true);
    expect((await lab.dial('far', 'web', 'tcp/8080')).outcome).toBe('timed-out');
    expect((await lab.dial('near', 'web', 'tcp/8080')).outcome).toBe('connected');
  });
});
