/** The ways to name peers: each a policy of its own for one port of the listener `peers`. */
import { isIPv6 } from 'node:net';
import type { V1NetworkPolicyPeer } from '../../cluster/types.ts';
import type { Capability } from '../../model/capabilities.ts';
import { RUN_LABEL } from '../../model/labels.ts';
import { on, PEER_PORTS } from './cast.ts';
import {
  type CanaryCell,
  type CanaryPolicy,
  type CapabilityTest,
  cellsOf,
  LABEL,
  namespace,
  needsSecond,
  pods,
  type Scene,
  tcp,
} from './cells.ts';

const STRANGER = on('stranger', 0);
const [FRIEND, FRIEND_THERE, STRANGER_THERE] = ['friend', 'friend-there', 'stranger-there'] as const;

interface Row {
  readonly capability: Capability;
  readonly needs?: readonly Capability[];
  readonly port: keyof typeof PEER_PORTS;
  readonly peers: (scene: Scene) => readonly V1NetworkPolicyPeer[];
  readonly pass: readonly string[];
  readonly blocked: string;
  readonly drop: readonly string[];
  readonly leak: string;
  readonly lacks?: (scene: Scene) => string | undefined;
}

const ROWS: readonly Row[] = [
  {
    capability: 'pod-selector',
    port: 'pod',
    peers: (scene) => [pods(scene, 'friend')],
    pass: [FRIEND],
    blocked: 'a podSelector does not let in the pods that it selects',
    drop: [STRANGER],
    leak: 'a podSelector lets in pods that it does not select',
  },
  {
    capability: 'namespace-selector',
    port: 'namespace',
    peers: (scene) => [namespace(scene)],
    pass: [FRIEND_THERE],
    blocked: 'a namespaceSelector does not let in the pods of its namespaces',
    drop: [FRIEND, STRANGER],
    leak: 'a namespaceSelector is ignored: pods of other namespaces get in',
    lacks: needsSecond,
  },
  {
    capability: 'combined-selector',
    needs: ['pod-selector', 'namespace-selector'],
    port: 'combined',
    peers: (scene) => [{ ...pods(scene, 'friend'), ...namespace(scene) }],
    pass: [FRIEND_THERE],
    blocked: 'a combined selector does not let in what both of its parts select',
    drop: [FRIEND, STRANGER_THERE],
    leak: 'a combined selector (namespaceSelector and podSelector in one peer) is treated as either-or',
    lacks: needsSecond,
  },
  {
    capability: 'two-peers',
    needs: ['pod-selector', 'namespace-selector'],
    port: 'two',
    peers: (scene) => [pods(scene, 'friend'), namespace(scene)],
    pass: [FRIEND, STRANGER_THERE],
    blocked: 'two peers of one rule are treated as both required',
    drop: [STRANGER],
    leak: 'two peers of one rule let in what neither of them selects',
    lacks: needsSecond,
  },
  {
    capability: 'match-expressions',
    needs: ['pod-selector'],
    port: 'expressions',
    peers: ({ runId }) => [
      {
        podSelector: {
          matchExpressions: [
            { key: LABEL, operator: 'In', values: ['friend', 'nobody'] },
            { key: RUN_LABEL, operator: 'In', values: [runId] },
          ],
        },
      },
    ],
    pass: [FRIEND],
    blocked: 'matchExpressions do not let in the pods that they select',
    drop: [STRANGER],
    leak: 'matchExpressions are ignored: pods that they do not select get in',
  },
];

const portOf = ({ port }: Pick<Row, 'port'>) => tcp(PEER_PORTS[port]);

function testOf(row: Row): CapabilityTest {
  const { pass, drop } = cellsOf(row.capability, 'ingress');
  return {
    capability: row.capability,
    needs: ['ingress', 'port', ...(row.needs ?? [])],
    ...(row.lacks === undefined ? {} : { lacks: row.lacks }),
    policies: (scene) => [policyOf(row, row.peers(scene))],
    cells: () => [
      ...row.pass.map((from) => pass(from, 'peers', portOf(row), row.blocked)),
      ...row.drop.map((from) => drop(from, 'peers', portOf(row), row.leak)),
    ],
  };
}

type Addresses = (actor: string) => string;

function policyOf(
  { capability, port }: Pick<Row, 'capability' | 'port'>,
  peers: readonly V1NetworkPolicyPeer[] | ((addressOf: Addresses) => readonly V1NetworkPolicyPeer[]),
): CanaryPolicy {
  const spec = (from: readonly V1NetworkPolicyPeer[]) => ({
    policyTypes: ['Ingress'],
    ingress: [{ from: [...from], ports: [{ protocol: 'TCP', port: PEER_PORTS[port] }] }],
  });
  return {
    name: capability,
    selects: 'peers',
    spec: typeof peers === 'function' ? (addressOf) => spec(peers(addressOf)) : spec(peers),
  };
}

const single = (address: string): string => `${address}/${isIPv6(address) ? 128 : 32}`;
const whole = (address: string): string => (isIPv6(address) ? '::/0' : '0.0.0.0/0');

/** Whether an ipBlock matches pods is undefined (some engines only ever match what is outside): see `assess`. */
const POD_ADDRESSES = "an ipBlock does not match pods' own addresses here; it is meant for those outside";

/**
 * On pods' addresses, and on one outside the cluster where the user names one that answers.
 */
function blockTest(
  capability: 'ip-block' | 'except',
  needs: readonly Capability[],
  peers: (addressOf: Addresses) => readonly V1NetworkPolicyPeer[],
  leak: string,
): CapabilityTest {
  const port = capability === 'except' ? 'except' : 'block';
  const { pass, drop } = cellsOf(capability, 'ingress');
  return {
    capability,
    needs: ['ingress', 'port', ...needs],
    policies: (scene) => [policyOf({ capability, port }, peers), ...outside(capability, scene)],
    cells: (scene) => [
      pass(FRIEND, 'peers', portOf({ port }), POD_ADDRESSES),
      drop(STRANGER, 'peers', portOf({ port }), leak),
      ...outsideCells(capability, scene, leak),
    ],
  };
}

function outside(capability: 'ip-block' | 'except', { external }: Scene): readonly CanaryPolicy[] {
  if (external === undefined) return [];
  const { host } = external;
  const block =
    capability === 'ip-block' ? { cidr: single(host) } : { cidr: whole(host), except: [single(host)] };
  const selects = capability === 'ip-block' ? 'outward' : 'walled';
  const spec = { policyTypes: ['Egress'], egress: [{ to: [{ ipBlock: block }] }] };
  return [{ name: `${capability}-outside`, selects, spec }];
}

function outsideCells(
  capability: 'ip-block' | 'except',
  { external }: Scene,
  leak: string,
): readonly CanaryCell[] {
  if (external === undefined) return [];
  const port = tcp(external.port);
  const { pass, drop } = cellsOf(capability, 'egress');
  const reached = cellsOf('control', 'egress').pass(
    STRANGER,
    'external',
    port,
    'the external address did not answer',
  );
  return capability === 'ip-block'
    ? [reached, pass('outward', 'external', port, 'an ipBlock does not let through the address in it')]
    : [reached, drop('walled', 'external', port, leak)];
}

export const PEERS: readonly CapabilityTest[] = [
  ...ROWS.map(testOf),
  blockTest(
    'ip-block',
    [],
    (addressOf) => [{ ipBlock: { cidr: single(addressOf(FRIEND)) } }],
    'an ipBlock lets in addresses that are not in it',
  ),
  blockTest(
    'except',
    ['ip-block'],
    (addressOf) => [{ ipBlock: { cidr: whole(addressOf(STRANGER)), except: [single(addressOf(STRANGER))] } }],
    'except ranges of an ipBlock are ignored',
  ),
];
