/** Policies misread: what else is let through, or held back, than was meant. */
import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { policy } from './network-lab.ts';
import type { Lab } from './network-lab.ts';
import { closeCleanly, intoWeb, named, openPods, outOf, podsOf, shows } from './network-rows.ts';
import type { Row } from './network-rows.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openPods();
});
afterAll(() => closeCleanly(lab));

const TWO = { namespaceSelector: { matchLabels: { team: 'two' } } };
const CLIENTS_OF_TWO = { ...podsOf('client'), ...TWO };
const inApp = (app: string) => ({
  podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: [app] }] },
});
const UDP = { protocol: 'UDP', port: 5353 };
/** The client library's type for it is an object. */
const HTTP = { port: 'http' as never };

const MISREADINGS: readonly Row[] = [
  {
    defect: 'ignores-endport',
    policies: () => [intoWeb({ ports: [{ port: 8080, endPort: 9999 }] })],
    rightly: {
      'near -> web tcp/8080': 'connected',
      'near -> web tcp/9090': 'connected',
      'far -> alt tcp/9090': 'connected',
      'near -> web udp/5353': 'timed-out',
    },
    wrongly: { 'near -> web tcp/9090': 'timed-out', 'far -> alt tcp/9090': 'timed-out' },
  },
  {
    defect: 'ignores-except',
    policies: (lab) => [
      outOf('near', { to: [{ ipBlock: { cidr: '10.244.0.0/16', except: [`${lab.ip('far')}/32`] } }] }),
    ],
    rightly: {
      'near -> web tcp/8080': 'connected',
      'near -> far tcp/8080': 'timed-out',
      'near -> 203.0.113.10 tcp/80': 'timed-out',
    },
    wrongly: { 'near -> far tcp/8080': 'connected' },
  },
  {
    defect: 'ignores-namespace-selector',
    policies: () => [intoWeb({ from: [CLIENTS_OF_TWO] })],
    rightly: {
      'alien -> web tcp/8080': 'connected',
      'near -> web tcp/8080': 'timed-out',
      'alt -> web tcp/8080': 'timed-out',
      'stranger -> web tcp/8080': 'timed-out',
    },
    wrongly: { 'near -> web tcp/8080': 'connected' },
  },
  {
    defect: 'ignores-pod-selector',
    policies: () => [intoWeb({ from: [CLIENTS_OF_TWO] })],
    rightly: {
      'alien -> web tcp/8080': 'connected',
      'near -> web tcp/8080': 'timed-out',
      'stranger -> web tcp/8080': 'timed-out',
      // The policy's own selector still counts.
      'stranger -> near tcp/8080': 'connected',
    },
    wrongly: { 'stranger -> web tcp/8080': 'connected' },
  },
  {
    defect: 'ignores-match-expressions',
    policies: () => [policy('in', { ...inApp('web'), ingress: [{ from: [inApp('client')] }] })],
    rightly: {
      'near -> web tcp/8080': 'connected',
      'alt -> web tcp/8080': 'timed-out',
      'alien -> web tcp/8080': 'timed-out',
      'alien -> near tcp/8080': 'connected',
      'web -> near tcp/8080': 'connected',
    },
    wrongly: { 'alt -> web tcp/8080': 'connected', 'alien -> near tcp/8080': 'timed-out' },
  },
  {
    defect: 'combined-as-or',
    policies: () => [intoWeb({ from: [CLIENTS_OF_TWO] })],
    rightly: {
      'alien -> web tcp/8080': 'connected',
      'near -> web tcp/8080': 'timed-out',
      'stranger -> web tcp/8080': 'timed-out',
      'alt -> web tcp/8080': 'timed-out',
    },
    wrongly: { 'near -> web tcp/8080': 'connected', 'stranger -> web tcp/8080': 'connected' },
  },
  {
    defect: 'peers-as-and',
    policies: (lab) => [
      intoWeb({ from: [podsOf('client'), TWO, { ipBlock: { cidr: `${lab.ip('alt')}/32` } }] }),
    ],
    rightly: {
      'alien -> web tcp/8080': 'connected',
      'near -> web tcp/8080': 'connected',
      'stranger -> web tcp/8080': 'connected',
      'alt -> web tcp/8080': 'connected',
      'web -> alt tcp/8080': 'timed-out',
    },
    wrongly: { 'near -> web tcp/8080': 'timed-out', 'stranger -> web tcp/8080': 'timed-out' },
  },
  {
    defect: 'peers-as-and',
    policies: () => [intoWeb({ from: [named('near'), named('far'), TWO] })],
    rightly: {
      'near -> web tcp/8080': 'connected',
      'far -> web tcp/8080': 'connected',
      'alien -> web tcp/8080': 'connected',
      'alt -> web tcp/8080': 'timed-out',
    },
    // Nobody has two names.
    wrongly: {
      'near -> web tcp/8080': 'timed-out',
      'far -> web tcp/8080': 'timed-out',
      'alien -> web tcp/8080': 'timed-out',
    },
  },
  {
    defect: 'named-ports-unresolved',
    policies: () => [intoWeb({ ports: [HTTP] }, { ports: [HTTP, UDP] })],
    rightly: {
      'near -> web tcp/8080': 'connected',
      'near -> web tcp/9090': 'timed-out',
      'near -> web udp/5353': 'connected',
      'near -> alt tcp/9090': 'connected',
    },
    wrongly: { 'near -> web tcp/8080': 'timed-out', 'near -> alt tcp/9090': 'timed-out' },
  },
  {
    defect: 'named-ports-any',
    policies: () => [intoWeb({ ports: [HTTP] })],
    rightly: {
      'near -> web tcp/8080': 'connected',
      'near -> web tcp/9090': 'timed-out',
      'near -> web udp/5353': 'timed-out',
    },
    wrongly: { 'near -> web tcp/9090': 'connected' },
  },
  {
    defect: 'default-deny-ignored',
    policies: () => [
      policy('web', {
        ...podsOf('web'),
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ ports: [{ port: 8080 }] }],
      }),
      policy('clients', { ...podsOf('client'), policyTypes: ['Ingress'] }),
    ],
    rightly: {
      'near -> web tcp/8080': 'connected',
      'near -> web tcp/9090': 'timed-out',
      'web -> alien tcp/8080': 'timed-out',
      'alien -> near tcp/8080': 'timed-out',
    },
    wrongly: { 'web -> alien tcp/8080': 'connected', 'alien -> near tcp/8080': 'connected' },
  },
];

describe('policies misread', () => {
  test.each(MISREADINGS)('$defect', (row) => shows(lab, row));

  test('several at a time', () =>
    shows(lab, {
      defect: 'ignores-endport+named-ports-any+reject',
      policies: () => [intoWeb({ from: [podsOf('client')], ports: [{ port: 8080, endPort: 9999 }] })],
      rightly: {
        'near -> web tcp/8080': 'connected',
        'near -> web tcp/9090': 'connected',
        'alt -> web tcp/8080': 'timed-out',
      },
      wrongly: { 'near -> web tcp/9090': 'refused', 'alt -> web tcp/8080': 'refused' },
    }));
});
