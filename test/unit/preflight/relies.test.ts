/** What a scenario relies on, and when its run is refused. */
import { describe, expect, test } from '@jest/globals';
import {
  type Capabilities,
  type Capability,
  type CapabilityProof,
  UNKNOWN_CAPABILITIES,
} from '../../../src/model/capabilities.ts';
import type { Detection } from '../../../src/model/detection.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { Expect, Placement, Protocol } from '../../../src/model/scenario.ts';
import { type Reliance, relianceOf } from '../../../src/preflight/relies.ts';
import { requireEnforcement, untoldFor } from '../../../src/preflight/require.ts';

interface Wanted {
  readonly specs?: readonly object[];
  readonly expect?: Expect;
  readonly protocol?: Protocol;
  readonly placements?: readonly Placement[];
}

/** As much of a plan as is looked at. */
function plan({ specs = [], expect: wanted = 'deny', protocol = 'tcp', placements = [] }: Wanted): Plan {
  return {
    matrix: { cells: [{ expect: wanted, endpoint: { port: { protocol, port: 80 } } }] },
    policies: specs.map((spec) => ({ manifest: { spec } })),
    scenario: { workloads: placements.map((placement) => ({ placement })) },
  } as unknown as Plan;
}

const PODS = { podSelector: { matchLabels: { app: 'a' } } };
const SPACE = { namespaceSelector: { matchLabels: { team: 'a' } } };
const EXPRESSION = { matchExpressions: [{ key: 'app', operator: 'Exists' }] };
const to = (...from: object[]): object => ({ policyTypes: ['Ingress'], ingress: [{ from }] });
const through = (...ports: object[]): object => ({ policyTypes: ['Ingress'], ingress: [{ ports }] });
const WAYS = ['same-node', 'cross-node'] as const;

describe('a scenario relies on', () => {
  test.each<[string, object, readonly Capability[]]>([
    ['default deny', { podSelector: {}, policyTypes: ['Ingress'] }, ['ingress', 'default-deny']],
    ['both directions', { policyTypes: ['Ingress', 'Egress'] }, ['ingress', 'egress', 'default-deny']],
    [
      'egress, without types',
      { egress: [{ to: [PODS] }] },
      ['ingress', 'default-deny', 'egress', 'pod-selector'],
    ],
    ['ingress, without types or rules', {}, ['ingress', 'default-deny']],
    ['a podSelector', to(PODS), ['ingress', 'pod-selector']],
    ['a namespaceSelector', to(SPACE), ['ingress', 'namespace-selector']],
    ['a combined selector', to({ ...PODS, ...SPACE }), ['ingress', 'combined-selector']],
    ['two peers', to(PODS, SPACE), ['ingress', 'two-peers', 'pod-selector', 'namespace-selector']],
    [
      'matchExpressions of a peer',
      to({ podSelector: EXPRESSION }),
      ['ingress', 'pod-selector', 'match-expressions'],
    ],
    [
      'matchExpressions of the policy',
      { podSelector: EXPRESSION, ...to(PODS) },
      ['ingress', 'match-expressions', 'pod-selector'],
    ],
    ['an ipBlock', to({ ipBlock: { cidr: '10.0.0.0/8' } }), ['ingress', 'ip-block']],
    [
      'except',
      to({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }),
      ['ingress', 'ip-block', 'except'],
    ],
    ['a number', through({ port: 80 }), ['ingress', 'port']],
    ['a name', through({ port: 'http' }), ['ingress', 'named-port']],
    ['a range', through({ port: 80, endPort: 90 }), ['ingress', 'end-port']],
    ['UDP', through({ port: 53, protocol: 'UDP' }), ['ingress', 'port', 'udp']],
  ])('%s', (_, spec, capabilities) => {
    const reliance = relianceOf(plan({ specs: [spec] }));
    expect([...reliance.capabilities].toSorted()).toEqual([...capabilities, ...WAYS].toSorted());
    expect(reliance.policies).toBe('own');
  });

  test('UDP, where a UDP port or a resolver is to be denied', () => {
    for (const protocol of ['udp', 'dns'] as const)
      expect(relianceOf(plan({ specs: [to(PODS)], protocol })).capabilities.has('udp')).toBe(true);
  });

  test('nothing, where nothing is to be denied', () => {
    expect(relianceOf(plan({ specs: [to(PODS)], expect: 'allow' }))).toMatchObject({ policies: 'none' });
  });

  test.each<[string, readonly Placement[], readonly string[] | undefined]>([
    [
      'its nodes, if all its workloads are placed',
      [
        { kind: 'node', node: 'b' },
        { kind: 'node', node: 'a' },
      ],
      ['a', 'b'],
    ],
    ['any node, if one of them is free', [{ kind: 'node', node: 'b' }, { kind: 'any' }], undefined],
    ['any node, without workloads', [], undefined],
  ])('%s', (_, placements, nodes) => {
    expect(relianceOf(plan({ specs: [to(PODS)], placements })).nodes).toEqual(nodes);
  });
});

const absent = (capability: Capability, absentOn?: readonly string[]): CapabilityProof => ({
  capability,
  proof: 'absent',
  because: `${capability} is off`,
  ...(absentOn === undefined ? {} : { absentOn }),
});
const shown = (...proofs: CapabilityProof[]): Capabilities => ({
  ...UNKNOWN_CAPABILITIES,
  tested: true,
  ingress: proofs.some(({ capability }) => capability === 'ingress') ? 'absent' : 'proven',
  egress: proofs.some(({ capability }) => capability === 'egress') ? 'absent' : 'proven',
  proofs,
});
const relying = (capabilities: readonly Capability[], more: Partial<Reliance> = {}): Reliance => ({
  policies: 'own',
  capabilities: new Set(capabilities),
  nodes: undefined,
  ...more,
});
const UNKNOWN_POLICIES = relying([], { policies: 'unknown' });

describe('a run', () => {
  test.each<[string, Reliance, Capabilities]>([
    ['relies on ingress, which is absent', relying(['ingress']), shown(absent('ingress'))],
    ['relies on a part of ingress', relying(['ingress', 'except']), shown(absent('except'))],
    ["may stand on the one node that doesn't", relying(['egress']), shown(absent('egress', ['b']))],
    ['is placed there', relying(['egress'], { nodes: ['b'] }), shown(absent('egress', ['b']))],
    [
      "relies on the cluster's policies; none is enforced",
      UNKNOWN_POLICIES,
      shown(absent('ingress'), absent('egress')),
    ],
  ])('is refused if it %s', (_, reliance, capabilities) => {
    expect(() => requireEnforcement(reliance, capabilities, undefined)).toThrow(
      expect.objectContaining({
        code: 'unenforced',
        exitCode: 3,
        message: expect.stringContaining('is off'),
      }),
    );
  });

  test.each<[string, Reliance, Capabilities]>([
    ['does without egress', relying(['ingress']), shown(absent('egress'))],
    ['stands elsewhere', relying(['egress'], { nodes: ['a'] }), shown(absent('egress', ['b']))],
    [
      "relies on the cluster's policies; one direction is enforced",
      UNKNOWN_POLICIES,
      shown(absent('egress')),
    ],
    ['denies nothing', relying([], { policies: 'none' }), shown(absent('ingress'), absent('egress'))],
  ])('goes on if it %s', (_, reliance, capabilities) => {
    expect(() => requireEnforcement(reliance, capabilities, undefined)).not.toThrow();
  });

  test('goes on with what is unknown, and tells of it', () => {
    const unknown: CapabilityProof = { capability: 'ip-block', proof: 'unknown', because: 'not seen' };
    const capabilities = shown(unknown, { ...unknown, capability: 'cross-node' });
    const reliance = relying(['ip-block', 'cross-node']);
    expect(() => requireEnforcement(reliance, capabilities, undefined)).not.toThrow();
    expect(untoldFor(reliance, capabilities)).toEqual([unknown]);
    expect(untoldFor(relying(['port']), capabilities)).toEqual([]);
  });

  test('names the switch that detection found', () => {
    const detection = {
      enforcer: { kind: 'none-known' },
      engines: [
        {
          name: 'Cilium',
          weaknesses: [],
          switches: [
            {
              fact: 'enable-policy = never',
              effect: 'off',
              means: 'nothing is enforced',
              remedy: 'set default',
            },
          ],
        },
      ],
    } as unknown as Detection;
    expect(() => requireEnforcement(relying(['ingress']), shown(absent('ingress')), detection)).toThrow(
      expect.objectContaining({
        hint: expect.stringContaining('likely: enable-policy = never (nothing is enforced)'),
      }),
    );
  });
});
