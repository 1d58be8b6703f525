/** What a canary found, in lines that are safe to print: for `netproof preflight` and a run's own report. */
import type {
  Capabilities,
  Capability,
  CapabilityProof,
  Measures,
  Proof,
  Spread,
} from '../model/capabilities.ts';
import { visible } from './escape.ts';
import { duration } from './text.ts';

export const CAPABILITY_WORDS: Readonly<Record<Capability, string>> = {
  ingress: 'ingress',
  egress: 'egress',
  'default-deny': 'default deny',
  'same-node': 'within a node',
  'cross-node': 'between nodes',
  'pod-selector': 'podSelector',
  'namespace-selector': 'namespaceSelector',
  'combined-selector': 'combined selector',
  'two-peers': 'two peers',
  'match-expressions': 'matchExpressions',
  'ip-block': 'ipBlock',
  except: 'except',
  port: 'numeric port',
  'named-port': 'named port',
  'end-port': 'endPort',
  udp: 'UDP',
  service: 'behind a Service',
  removal: 'removal',
  'new-pod': 'new pods',
};

export const PROOF_WORDS: Readonly<Record<Proof, string>> = {
  proven: 'proven',
  absent: 'ABSENT',
  unknown: 'unknown',
};

export const proofsWith = (proof: Proof, { proofs }: Capabilities): readonly CapabilityProof[] =>
  proofs.filter((each) => each.proof === proof);

export const namesOf = (proofs: readonly CapabilityProof[]): string =>
  proofs.map(({ capability }) => CAPABILITY_WORDS[capability]).join(', ');

/** `apply 40 ms (at most 120 ms)`, one part per thing measured. */
export function measureParts({ apply, remove, established, newPodOpenMs }: Measures): readonly string[] {
  const spread = ({ median, max }: Spread): string =>
    max === median ? duration(median) : `${duration(median)} (at most ${duration(max)})`;
  return [
    ...(apply === undefined ? [] : [`policies are in force after ${spread(apply)}`]),
    ...(remove === undefined ? [] : [`gone after ${spread(remove)}`]),
    ...(established === undefined
      ? []
      : [`connections that are open when a policy comes are ${established}`]),
    ...(newPodOpenMs === undefined || newPodOpenMs === 0
      ? []
      : [`a new pod is open for ${duration(newPodOpenMs)}`]),
  ];
}

/** Nodes on which something is not enforced that is elsewhere; undefined if there are none. */
export function nodesLine({ nodes }: Capabilities): string | undefined {
  const odd = nodes.filter(({ ingress, egress }) => ingress === 'absent' || egress === 'absent');
  if (odd.length === 0 || odd.length === nodes.length) return undefined;
  return visible(
    odd
      .map(
        ({ node, ingress, egress }) =>
          `${node}: ingress ${PROOF_WORDS[ingress]}, egress ${PROOF_WORDS[egress]}`,
      )
      .join('; '),
  );
}
