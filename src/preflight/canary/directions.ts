/** Whether denies bite at all: per direction, on each node of the scene, to the same node and to another. */
import { NEWCOMER, on } from './cast.ts';
import {
  type CanaryCell,
  type CapabilityTest,
  cellsOf,
  pods,
  type Scene,
  TCP,
  TCP_OTHER,
  UDP,
} from './cells.ts';

/** Each node with itself and with the next one in a ring: every node is both ends of a crossing, n and not n² times. */
function pairs({ nodes }: Scene): readonly (readonly [number, number])[] {
  return nodes.flatMap((_, from) => {
    const next = (from + 1) % nodes.length;
    return next === from ? [[from, from] as const] : [[from, from] as const, [from, next] as const];
  });
}

/**
 * What is denied differs from what a rule allows in peer and port: an engine that misreads one of them, which other
 * tests are for, still denies it.
 */
const UNUSED = { protocol: 'TCP', port: 1 } as const;
const LIT = { protocol: 'TCP', port: TCP.port } as const;

const UNFILTERED = 'UDP is not filtered';
const controls = cellsOf('control', 'ingress');

/** That packets pass at all, over both protocols. */
const control = (from: string, to: string): readonly CanaryCell[] =>
  [TCP, UDP].map((port) =>
    controls.pass(from, to, port, `nothing got from ${from} to ${to}, though no policy selects either`),
  );

const ingress: CapabilityTest = {
  capability: 'ingress',
  needs: [],
  policies: (scene) => [
    {
      name: 'shut',
      selects: 'shut',
      spec: { policyTypes: ['Ingress'], ingress: [{ from: [pods(scene, 'nobody')], ports: [UNUSED] }] },
    },
  ],
  cells: (scene) =>
    pairs(scene).flatMap(([from, to]) => {
      const [stranger, shut] = [on('stranger', from), on('shut', to)];
      return [
        ...control(stranger, on('open', to)),
        cellsOf('ingress', 'ingress').drop(stranger, shut, TCP, 'ingress policies are ignored'),
        cellsOf('udp', 'ingress').drop(stranger, shut, UDP, UNFILTERED),
      ];
    }),
};

const egress: CapabilityTest = {
  capability: 'egress',
  needs: [],
  policies: (scene) => [
    {
      name: 'captive',
      selects: 'captive',
      spec: { policyTypes: ['Egress'], egress: [{ to: [pods(scene, 'lit')], ports: [LIT] }] },
    },
  ],
  cells: (scene) =>
    pairs(scene).flatMap(([from, to]) => {
      const { pass, drop } = cellsOf('egress', 'egress');
      const [captive, open] = [on('captive', from), on('open', to)];
      return [
        ...control(on('stranger', from), open),
        ...(from === to
          ? [pass(captive, 'lit', TCP, 'an egress rule does not let through what it names')]
          : []),
        drop(captive, open, TCP_OTHER, 'egress policies are ignored'),
        cellsOf('udp', 'egress').drop(captive, open, UDP, UNFILTERED),
      ];
    }),
};

const NO_RULES = 'a policy without rules is ignored: default deny is not enforced';

const defaultDeny: CapabilityTest = {
  capability: 'default-deny',
  needs: [],
  policies: () => [
    { name: 'sealed', selects: 'sealed', spec: { policyTypes: ['Ingress'] } },
    { name: 'muted', selects: 'muted', spec: { policyTypes: ['Egress'] } },
  ],
  cells: () => [
    cellsOf('default-deny', 'ingress').drop(on('stranger', 0), 'sealed', TCP, NO_RULES),
    cellsOf('default-deny', 'egress').drop('muted', on('open', 0), TCP, NO_RULES),
    ...control(on('stranger', 0), on('open', 0)),
  ],
};

/** Its own cells come to pass whether or not it was open at first; that is measured beside them. */
const newPod: CapabilityTest = {
  capability: 'new-pod',
  needs: ['egress'],
  policies: (scene) => [
    {
      name: NEWCOMER,
      selects: NEWCOMER,
      spec: { policyTypes: ['Egress'], egress: [{ to: [pods(scene, 'nobody')], ports: [UNUSED] }] },
    },
  ],
  cells: () => [
    cellsOf('new-pod', 'egress').drop(
      NEWCOMER,
      on('open', 0),
      TCP,
      'a pod that came after its policy is not isolated',
    ),
    ...control(on('stranger', 0), on('open', 0)),
  ],
};

export const DIRECTIONS = [ingress, egress, defaultDeny, newPod] as const;
