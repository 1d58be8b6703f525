/** How reports name what the model knows by identifiers. */
import type { Capabilities } from '../model/capabilities.ts';
import { EXIT, type ExitCode } from '../model/errors.ts';
import type { Outcome } from '../model/record.ts';
import type { Summary } from '../model/result.ts';
import type { Cause, DiagnosisKind, Verdict } from '../model/verdict.ts';
import { namesOf, nodesLine, PROOF_WORDS, proofsWith } from './capabilities.ts';
import { count, duration, grouped } from './text.ts';

/** What a cause says about the probes that share it. */
export const CAUSE_WORDS: Readonly<Record<Cause, string>> = {
  dropped: 'nothing arrived although it would have',
  rejected: 'refused by the policy engine, the port being open',
  reached: 'the answer came back',
  leak: 'expected deny, but packets arrived and were answered',
  'leak-one-way': 'expected deny, but packets arrived; no answer came back',
  blocked: 'expected allow, but nothing got through',
  'reply-lost': 'expected allow and packets arrived, but the answer was lost',
  'wrong-status': 'expected allow with another HTTP status',
  'closed-port': 'refused, and not by the way this cluster denies: the packet may have arrived',
  intercepted: 'something else answered in place of the listener',
  'listener-dead': 'the destination was not shown to be listening',
  'source-mute': 'the source was not shown to be able to speak',
  'path-dead': 'nothing was shown to pass between the two nodes',
  'never-reachable': 'no source at all reached this target in this run',
  unresolved: 'the name did not resolve',
  'tls-failed': 'the TLS handshake failed',
  starved: 'the prober or listener was not given the CPU to tell',
  unsettled: 'the picture kept changing until the budget was spent',
  'source-fault': 'the source could not make the attempt',
  'probe-lost': 'the record of the probe is incomplete',
};

export const DIAGNOSIS_WORDS: Readonly<Record<DiagnosisKind, string>> = {
  'policy-or-intent': 'policy or intent',
  enforcement: 'enforcement',
  both: 'policy or intent, and enforcement',
  environment: 'environment',
  'right-by-accident': 'right by accident',
  unknown: 'origin unknown',
};

/** Causes that are the instrument's own fault rather than the network's. */
export function isToolFault(cause: Cause): boolean {
  return cause === 'starved' || cause === 'source-fault' || cause === 'probe-lost';
}

/** The heading of one verdict, e.g. `LEAK`. */
export function verdictTitle(verdict: Verdict): string {
  switch (verdict.verdict) {
    case 'pass':
      return 'PASS';
    case 'inconclusive':
      return 'INCONCLUSIVE';
    case 'fail':
      return FAIL_TITLES[verdict.cause];
  }
}

const FAIL_TITLES = {
  leak: 'LEAK',
  'leak-one-way': 'LEAK, ONE-WAY',
  blocked: 'BLOCKED',
  'reply-lost': 'REPLY LOST',
  'wrong-status': 'WRONG STATUS',
} as const;

export function exitMeaning(code: ExitCode): string {
  switch (code) {
    case EXIT.proven:
      return 'every expectation is proven';
    case EXIT.failed:
      return 'at least one expectation does not hold';
    case EXIT.usage:
      return 'the command or the scenario is wrong';
    case EXIT.unenforced:
      return 'this cluster does not enforce what is relied on';
    case EXIT.inconclusive:
      return 'nothing failed, but not everything could be proven';
    case EXIT.incomplete:
      return 'the run could not be completed';
    case EXIT.bug:
      return 'a bug in netproof';
  }
}

/** The preflight's finding in one line. */
export function capabilityLine(capabilities: Capabilities): string {
  if (!capabilities.tested) return 'skipped: enforcement was not tested beforehand';
  const parts = [enforcement(capabilities), ...signature(capabilities)];
  if (capabilities.latencyMs === 0) parts.push('in force from the first probe');
  else if (capabilities.latencyMs !== undefined)
    parts.push(`in force after ${duration(capabilities.latencyMs)}`);
  const nodes = nodesLine(capabilities);
  if (nodes !== undefined) parts.push(nodes);
  for (const proof of ['absent', 'unknown'] as const) {
    const names = namesOf(proofsWith(proof, capabilities));
    if (names !== '') parts.push(`${PROOF_WORDS[proof]}: ${names}`);
  }
  return parts.join('; ');
}

function enforcement({ ingress, egress }: Capabilities): string {
  if (ingress === egress) {
    const both = {
      proven: 'enforces ingress and egress',
      absent: 'enforces NOTHING',
      unknown: 'enforcement unknown',
    };
    return both[ingress];
  }
  const one = { proven: 'enforced', absent: 'NOT enforced', unknown: 'unknown' };
  return `ingress ${one[ingress]}, egress ${one[egress]}`;
}

/** How denies look here; undefined if none was seen. */
export function signatureWords(capabilities: Capabilities): string | undefined {
  return signature(capabilities)[0];
}

function signature({ denySignature }: Capabilities): string[] {
  const tcp = denySignature.tcp.map(outcomeWords).join(' or ');
  const udp = denySignature.udp.map(outcomeWords).join(' or ');
  if (tcp === udp) return tcp === '' ? [] : [`a denied attempt is ${tcp}`];
  const each = [...(tcp === '' ? [] : [`TCP ${tcp}`]), ...(udp === '' ? [] : [`UDP ${udp}`])];
  return [`a denied attempt is ${each.join(', ')}`];
}

export function outcomeWords(outcome: Outcome): string {
  return outcome.replaceAll('-', ' ');
}

/** The counts of a summary, e.g. `36 probes: 30 pass, 6 fail, 0 inconclusive`. */
export function countLine(summary: Summary): string {
  const flaky = summary.flaky > 0 ? `, ${grouped(summary.flaky)} flaky` : '';
  const [pass, fail, inconclusive] = [summary.pass, summary.fail, summary.inconclusive].map((n) =>
    grouped(n),
  );
  const { total, probed = total } = summary;
  const asked =
    probed === total
      ? count(total, 'probe')
      : `${count(total, 'pair')}, ${grouped(probed)} of them probed and the others by class`;
  return `${asked}: ${pass} pass, ${fail} fail, ${inconclusive} inconclusive${flaky}`;
}
