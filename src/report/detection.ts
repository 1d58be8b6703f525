/** What was detected, in lines that are safe to print: names and settings come from a cluster. */
import type { Agents, Detection, Engine, Feature, Support } from '../model/detection.ts';
import { visible } from './escape.ts';
import { groupBy } from './group.ts';
import { count } from './text.ts';

const FEATURE_WORDS: Readonly<Record<Feature, string>> = {
  ingress: 'ingress',
  egress: 'egress',
  except: 'except ranges of ipBlock',
  endPort: 'endPort',
  sctp: 'SCTP',
  namedPorts: 'named ports',
  adminPolicies: 'cluster-wide policies (policy.networking.k8s.io)',
};
const DENY_WORDS = { drop: 'dropped', reject: 'rejected', unknown: '' } as const;
/** More node names than these tell a person nothing. */
const MOST_NAMES = 5;

/** Who enforces, in one line: `Cilium 1.15.6`, `none known`, `unknown: …`. */
export function enforcerLine({ enforcer, engines }: Detection): string {
  switch (enforcer.kind) {
    case 'known':
      return visible(
        engines
          .filter(({ name }) => enforcer.names.includes(name))
          .map(titleOf)
          .join(' and '),
      );
    case 'none-known': {
      const seen = engines.map(titleOf).join(', ');
      return visible(`none known: of ${seen}, none enforces policies as it is set up here`);
    }
    case 'unknown':
      return visible(`unknown: ${enforcer.why}`);
  }
}

/** What is likely to keep policies from being enforced: switches, and agents that are not there. */
export function detectionWarnings({ engines }: Detection): string[] {
  return engines
    .flatMap((engine) => [
      ...engine.switches.map(
        ({ fact, effect, means, remedy }) =>
          `${engine.name} is ${effect === 'off' ? 'switched off' : 'weakened'}: ${fact} (${means}); to turn it on, ${remedy}`,
      ),
      ...agentWarnings(engine),
    ])
    .map(visible);
}

/** Everything, engine by engine. */
export function detectionLines(detection: Detection): string[] {
  return [
    `policy engine: ${enforcerLine(detection)} (detected, not proven)`,
    ...detection.engines.flatMap(engineLines),
    ...detection.meshes.flatMap(({ name, evidence, means }) => [
      `${name}: ${means}`,
      `  seen by: ${evidence.join('; ')}`,
    ]),
    ...detection.pools.map(({ what, nodes, means }) => `${what} (${names(nodes)}): ${means}`),
    ...detection.notes.map((note) => `note: ${note}`),
    ...unreadLines(detection),
  ].map(visible);
}

function engineLines(engine: Engine): string[] {
  return [
    titleOf(engine),
    `  seen by: ${engine.evidence.join('; ')}`,
    ...engine.switches.map(
      ({ fact, effect, means, remedy }) =>
        `  ${effect === 'off' ? 'SWITCHED OFF' : 'WEAKENED'}: ${fact}: ${means}; to turn it on, ${remedy}`,
    ),
    ...(engine.agents === undefined ? [] : [`  agent: ${agentWords(engine.agents)}`]),
    ...(engine.role === 'enforcer' ? enforcementLines(engine) : []),
    ...engine.weaknesses.map((weakness) => `  known: ${weakness}`),
  ];
}

function enforcementLines({ enforces, deny, startUp }: Engine): string[] {
  const features = Object.entries(enforces) as [Feature, Support][];
  const of = (wanted: Support): string =>
    features
      .filter(([, support]) => support === wanted)
      .map(([feature]) => FEATURE_WORDS[feature])
      .join(', ');
  const said = [
    ['enforces', of('yes')],
    ['does not enforce', of('no')],
    ['not known to enforce', of('unknown')],
    ['a denied packet is', DENY_WORDS[deny.style]],
    ['a new pod is', startUp.pods === 'unknown' ? '' : `${startUp.pods} until its policies are programmed`],
  ] as const;
  const notes = [deny.note, startUp.note].filter((note) => note !== undefined);
  return [
    ...said.filter(([, words]) => words !== '').map(([label, words]) => `  ${label}: ${words}`),
    ...notes.map((note) => `  known: ${note}`),
  ];
}

function agentWarnings({ name, agents }: Engine): string[] {
  if (agents === undefined) return [];
  const { notReady, missing } = agents;
  return [
    ...(notReady.length === 0 ? [] : [`${name}: its agent is not ready on ${names(notReady)}`]),
    ...(missing.length === 0 ? [] : [`${name}: its agent is missing on ${names(missing)}`]),
  ];
}

function agentWords({ ready, notReady, missing }: Agents): string {
  return [
    `ready on ${count(ready.length, 'node')}`,
    ...(notReady.length === 0 ? [] : [`NOT READY on ${names(notReady)}`]),
    ...(missing.length === 0 ? [] : [`MISSING on ${names(missing)}`]),
  ].join('; ');
}

function unreadLines({ unread }: Detection): string[] {
  return [...groupBy(unread, ({ why }) => why)].map(
    ([why, those]) => `could not be read (${why}): ${those.map(({ what }) => what).join(', ')}`,
  );
}

function titleOf({ name, version }: Engine): string {
  return version === undefined ? name : `${name} ${version}`;
}

function names(nodes: readonly string[]): string {
  const rest = nodes.length - MOST_NAMES;
  return [...nodes.slice(0, MOST_NAMES), ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}
