import type { Evidence } from '../../model/audit.ts';
import type { Capabilities, Proof } from '../../model/capabilities.ts';
import type { Detection } from '../../model/detection.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { Check, CheckInput, Found } from '../check.ts';

export const enforcement: Check = {
  id: 'enforcement',
  step: 1,
  title: 'The network plugin is known, and enforces policies',
  rules: {
    'not-enforced': 'The cluster was shown not to enforce network policies in a direction or in a respect.',
    'enforcement-unproven': 'It could not be shown that policies are enforced in a direction.',
    'weak-enforcement': 'A part of the NetworkPolicy API is not enforced here.',
    'plugin-unknown': 'No network plugin was recognised that is known to enforce policies.',
  },
  run({ snapshot, preflight, preflightFault }) {
    if (snapshot.source.kind === 'manifests') {
      return { kind: 'not-applicable', because: 'not executed: manifests alone have no network to test' };
    }
    const evidence = preflight?.detection ? [detected(preflight.detection)] : [];
    if (preflight?.capabilities.tested !== true) {
      const why = preflightFault === undefined ? '' : `: ${preflightFault}`;
      return { kind: 'inconclusive', because: `no packets could test enforcement${why}`, evidence };
    }
    const { capabilities, detection } = preflight;
    return {
      kind: 'examined',
      because: 'a canary tried what is allowed and what is denied, with controls for every deny',
      findings: [...proofFindings(capabilities, snapshot), ...pluginFindings(detection, snapshot)],
      evidence: [...evidence, proofs(capabilities)],
    };
  },
};

function subjectOf({ source }: Snapshot): Found['subject'] {
  return { kind: 'Cluster', name: source.kind === 'cluster' ? source.context : source.folder };
}

function proofFindings(capabilities: Capabilities, snapshot: Snapshot): Found[] {
  const { kind, name } = subjectOf(snapshot);
  const subject = (part: string) => ({ kind, namespace: name, name: part });
  const directions = (['ingress', 'egress'] as const).flatMap((direction): Found[] => {
    const proof = capabilities[direction];
    const because = capabilities.proofs.find(({ capability }) => capability === direction)?.because;
    const seen = because === undefined ? '' : `: ${because}`;
    switch (proof) {
      case 'proven':
        return [];
      case 'absent': {
        const message = `${direction} policies are not enforced here${seen}`;
        return [{ rule: 'not-enforced', severity: 'fail', subject: subject(direction), message }];
      }
      case 'unknown': {
        const message = `it was not shown that ${direction} policies are enforced${seen}`;
        return [
          { rule: 'enforcement-unproven', severity: 'inconclusive', subject: subject(direction), message },
        ];
      }
    }
  });
  const parts = capabilities.proofs
    .filter(({ capability, proof }) => !['ingress', 'egress'].includes(capability) && proof === 'absent')
    .map(({ capability, because }): Found => ({
      rule: 'weak-enforcement',
      severity: 'fail',
      subject: subject(capability),
      message: `${capability} is not enforced: ${because}`,
    }));
  return [...directions, ...parts];
}

function pluginFindings(detection: Detection | undefined, snapshot: Snapshot): Found[] {
  if (detection === undefined || detection.enforcer.kind === 'known') return [];
  // What enforces policies in the embedded cluster is known: netproof itself.
  if (snapshot.source.kind === 'cluster' && snapshot.source.sandbox) return [];
  const why =
    detection.enforcer.kind === 'unknown'
      ? detection.enforcer.why
      : 'the plugins that were recognised enforce nothing as they are set up';
  // The canary is the proof; not knowing whose work it is only hinders whoever must maintain it.
  return [
    {
      rule: 'plugin-unknown',
      severity: 'warn',
      subject: subjectOf(snapshot),
      message: `no plugin is recognised as the one that enforces policies: ${why}`,
    },
  ];
}

function detected({ engines }: Detection): Evidence {
  return {
    title: 'Network plugins recognised',
    columns: ['Plugin', 'Version', 'Role', 'Recognised by', 'Switches found on'],
    rows: engines.map(({ name, version, role, evidence, switches }) => [
      name,
      version ?? '',
      role,
      evidence.join('; '),
      switches.map(({ fact, means }) => `${fact}: ${means}`).join('; '),
    ]),
  };
}

const WORDS: Readonly<Record<Proof, string>> = {
  proven: 'enforced',
  absent: 'NOT enforced',
  unknown: 'not known',
};

function proofs({ proofs: list, ingress, egress }: Capabilities): Evidence {
  const rows =
    list.length > 0
      ? list.map(({ capability, proof, because }) => [capability, WORDS[proof], because])
      : [
          ['ingress', WORDS[ingress], ''],
          ['egress', WORDS[egress], ''],
        ];
  return { title: 'What the canary saw', columns: ['Capability', 'Result', 'Because'], rows };
}

/** True if packets showed that this cluster ignores policies: nothing else that is written in them counts then. */
export function isUnenforced({ preflight }: Pick<CheckInput, 'preflight'>): boolean {
  const capabilities = preflight?.capabilities;
  return (
    capabilities?.tested === true && (capabilities.ingress === 'absent' || capabilities.egress === 'absent')
  );
}
