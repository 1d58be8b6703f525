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
import type { Manifest } from '../../../src/policy/manifest.ts';
import type { Expect, Placement, Protocol } from '../../../src/model/scenario.ts';
import { type Reliance, relianceOf } from '../../../src/preflight/relies.ts';
import { requireEnforcement, unshownFor, untoldFor } from '../../../src/preflight/require.ts';
import type { Gap, PoliciesRead } from '../../../src/prediction/reading.ts';

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
    scenario: { workloads: placements.map((placement) => ({ placement })), targets: [] },
  } as unknown as Plan;
}

const NOTHING: PoliciesRead = { policies: [], gaps: [] };
const own = (wanted: Wanted): Reliance => relianceOf(plan(wanted), new Map(), NOTHING);

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
    const reliance = own({ specs: [spec] });
    expect([...reliance.capabilities].toSorted()).toEqual([...capabilities, ...WAYS].toSorted());
    expect(reliance.more).toBe(false);
  });

  test('UDP, where a UDP port or a resolver is to be denied', () => {
    for (const protocol of ['udp', 'dns'] as const)
      expect(own({ specs: [to(PODS)], protocol }).capabilities.has('udp')).toBe(true);
  });

  test('nothing, where nothing is to be denied', () => {
    const unread: PoliciesRead = { policies: [], gaps: [{ effect: 'unknown', why: 'not allowed' }] };
    const reliance = relianceOf(plan({ specs: [to(PODS)], expect: 'allow' }), new Map(), unread);
    expect(reliance).toMatchObject({ capabilities: new Set(), more: false });
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
    expect(own({ specs: [to(PODS)], placements }).nodes).toEqual(nodes);
  });
});

/** `a` must not reach `b`; `c` may reach everything; nobody may reach the target `t` in `far`. */
const STANDING = {
  matrix: {
    cells: [
      { source: 'a', expect: 'deny', endpoint: { destination: 'b', port: { protocol: 'tcp', port: 80 } } },
      { source: 'c', expect: 'allow', endpoint: { destination: 'b', port: { protocol: 'tcp', port: 80 } } },
      { source: 'a', expect: 'deny', endpoint: { destination: 't', port: { protocol: 'tcp', port: 80 } } },
    ],
  },
  policies: [],
  scenario: {
    workloads: ['a', 'b', 'c'].map((name) => ({
      name,
      namespace: 'shop',
      labels: {},
      placement: { kind: 'any' },
    })),
    targets: [{ name: 't', kind: 'service', service: 't', namespace: 'far', via: 'clusterIP' }],
  },
} as unknown as Plan;
const IDENTITIES = new Map(['a', 'b', 'c'].map((app) => [app, { labels: { app } }]));

const live = (
  namespace: string,
  app: string | undefined,
  spec: object,
  more: Partial<Manifest> = {},
): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'live', namespace },
  spec: { podSelector: app === undefined ? {} : { matchLabels: { app } }, ...spec },
  ...more,
});

describe('of the policies that are in force a scenario relies on', () => {
  const among = (policies: readonly Manifest[], gaps: readonly Gap[] = []): Reliance =>
    relianceOf(STANDING, IDENTITIES, { policies, gaps });
  const INGRESS = { policyTypes: ['Ingress'] };
  const EGRESS = { policyTypes: ['Egress'] };
  const BOTH = { policyTypes: ['Ingress', 'Egress'] };

  test.each<[string, Manifest, readonly Capability[]]>([
    ['ingress of a destination', live('shop', 'b', INGRESS), ['ingress', 'default-deny']],
    ['egress of a source', live('shop', 'a', EGRESS), ['egress', 'default-deny']],
    [
      'both, of all pods',
      live('shop', undefined, { ...BOTH, ingress: [{ from: [PODS] }] }),
      ['ingress', 'egress', 'default-deny', 'pod-selector'],
    ],
    ['one direction of a policy with both', live('shop', 'b', BOTH), ['ingress', 'default-deny']],
    [
      "ingress of a target's namespace, whoever is behind it",
      live('far', 'x', BOTH),
      ['ingress', 'default-deny'],
    ],
    ['nothing of one that selects nobody of it', live('shop', 'x', BOTH), []],
    ['nothing of one that selects whom nothing is denied', live('shop', 'c', BOTH), []],
    ['nothing of one in another namespace', live('other', undefined, BOTH), []],
    ['nothing of an egress of its destination', live('shop', 'b', EGRESS), []],
  ])('%s', (_, policy, capabilities) => {
    const reliance = among([policy]);
    const ways = capabilities.length === 0 ? [] : WAYS;
    expect([...reliance.capabilities].toSorted()).toEqual([...capabilities, ...ways].toSorted());
    expect(reliance.more).toBe(false);
  });

  test.each<[string, readonly Manifest[], readonly Gap[], boolean]>([
    ['what could not be read', [], [{ effect: 'unknown', namespace: 'shop', why: 'not allowed' }], true],
    ['not what is only in doubt', [], [{ effect: 'doubt', why: 'not allowed' }], false],
    ['what is not looked into', [live('shop', 'x', {}, { apiVersion: 'projectcalico.org/v3' })], [], true],
    ['not on what is not there', [], [], false],
  ])('more: %s', (_, policies, gaps, more) => {
    expect(among(policies, gaps)).toMatchObject({ capabilities: new Set(), more });
  });

  test("its own beside them: that a namespace has others does not make the scenario's count less", () => {
    const brought = { ...STANDING, policies: plan({ specs: [through({ port: 80 })] }).policies };
    const { capabilities } = relianceOf(brought, IDENTITIES, {
      policies: [live('shop', 'a', EGRESS)],
      gaps: [],
    });
    expect([...capabilities].toSorted()).toEqual(
      ['default-deny', 'egress', 'ingress', 'port', ...WAYS].toSorted(),
    );
  });
});

const absent = (capability: Capability, absentOn?: readonly string[]): CapabilityProof => ({
  capability,
  proof: 'absent',
  because: `${capability} is off`,
  ...(absentOn === undefined ? {} : { absentOn }),
});
const unknown = (capability: Capability): CapabilityProof => ({
  capability,
  proof: 'unknown',
  because: 'nobody was awake',
});
const proven = (capability: Capability): CapabilityProof => ({
  capability,
  proof: 'proven',
  because: 'seen',
});
/** Directions that are not among them are proven. */
const shown = (...proofs: CapabilityProof[]): Capabilities => {
  const told = (wanted: Capability): CapabilityProof =>
    proofs.find(({ capability }) => capability === wanted) ?? proven(wanted);
  const [ingress, egress] = [told('ingress'), told('egress')];
  return {
    ...UNKNOWN_CAPABILITIES,
    tested: true,
    ingress: ingress.proof,
    egress: egress.proof,
    proofs: [...new Set([ingress, egress, ...proofs])],
  };
};
const relying = (capabilities: readonly Capability[], more: Partial<Reliance> = {}): Reliance => ({
  capabilities: new Set(capabilities),
  more: false,
  nodes: undefined,
  ...more,
});
const UNREAD = relying([], { more: true });

describe('a run', () => {
  test.each<[string, Reliance, Capabilities, RegExp]>([
    [
      'relies on ingress, which is absent',
      relying(['ingress']),
      shown(absent('ingress')),
      /: ingress is off$/,
    ],
    [
      'relies on a part of ingress',
      relying(['ingress', 'except']),
      shown(absent('except')),
      /: except is off$/,
    ],
    [
      "may stand on the one node that doesn't",
      relying(['egress']),
      shown(absent('egress', ['b'])),
      /: egress is off$/,
    ],
    [
      'is placed there',
      relying(['egress'], { nodes: ['b'] }),
      shown(absent('egress', ['b'])),
      /: egress is off$/,
    ],
    [
      'relies on who knows what; nothing is enforced',
      UNREAD,
      shown(absent('ingress'), absent('egress')),
      /: ingress is off; egress is off$/,
    ],
    [
      'relies on a direction that could not be shown',
      relying(['ingress', 'egress']),
      shown(unknown('egress')),
      /could not be shown .*: egress, because nobody was awake$/,
    ],
    [
      'relies on who knows what; no direction could be shown',
      UNREAD,
      shown(unknown('ingress'), unknown('egress')),
      /could not be shown .*: ingress, because nobody was awake; egress, because/,
    ],
    [
      'lacks one thing while another is unknown: what is known is told',
      relying(['ingress', 'egress']),
      shown(absent('ingress'), unknown('egress')),
      /: ingress is off$/,
    ],
  ])('is refused if it %s', (_, reliance, capabilities, message) => {
    expect(() => requireEnforcement(reliance, capabilities, undefined)).toThrow(
      expect.objectContaining({
        code: 'unenforced',
        exitCode: 3,
        message: expect.stringMatching(message),
        hint: expect.stringContaining('--skip-preflight'),
      }),
    );
  });

  test.each<[string, Reliance, Capabilities]>([
    ['does without egress', relying(['ingress']), shown(absent('egress'))],
    ['does without egress, of which nothing is known', relying(['ingress']), shown(unknown('egress'))],
    ['stands elsewhere', relying(['egress'], { nodes: ['a'] }), shown(absent('egress', ['b']))],
    ['relies on who knows what; one direction is enforced', UNREAD, shown(absent('egress'))],
    ['relies on who knows what; one direction is shown', UNREAD, shown(unknown('ingress'))],
    ['denies nothing', relying([]), shown(absent('ingress'), absent('egress'))],
    ['was not tested', relying(['ingress']), UNKNOWN_CAPABILITIES],
  ])('goes on if it %s', (_, reliance, capabilities) => {
    expect(() => requireEnforcement(reliance, capabilities, undefined)).not.toThrow();
  });

  test('goes on with what else is unknown, and tells of it', () => {
    const capabilities = shown(unknown('ip-block'), unknown('cross-node'), unknown('egress'));
    const reliance = relying(['ip-block', 'cross-node', 'ingress']);
    expect(() => requireEnforcement(reliance, capabilities, undefined)).not.toThrow();
    expect(untoldFor(reliance, capabilities)).toEqual([unknown('ip-block'), unknown('cross-node')]);
    expect(untoldFor(relying(['port']), capabilities)).toEqual([]);
  });

  test('is tried again for a direction that is unknown and relied upon, and only then', () => {
    const capabilities = shown(unknown('egress'), unknown('ip-block'));
    expect(unshownFor(relying(['egress', 'ip-block']), capabilities)).toEqual([unknown('egress')]);
    expect(unshownFor(relying(['ingress', 'ip-block']), capabilities)).toEqual([]);
    expect(unshownFor(relying(['egress', 'except']), shown(unknown('egress'), absent('except')))).toEqual([]);
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
