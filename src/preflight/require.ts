/**
 * Whether a run may go on after its canary; pure.
 *
 * What is absent and relied upon ends it. What is unknown does not: no verdict rests on the canary, for silence counts
 * only with the run's own controls, and a refusal only if it was learned. Then it is a note.
 */
import type { Capabilities, CapabilityProof } from '../model/capabilities.ts';
import type { Detection } from '../model/detection.ts';
import { NetproofError } from '../model/errors.ts';
import type { Reliance } from './relies.ts';
import { likelyCause } from './likely.ts';

/** Throws `unenforced` (exit code 3), naming what is absent, where, and what may have switched it off. */
export function requireEnforcement(
  reliance: Reliance,
  capabilities: Capabilities,
  detection: Detection | undefined,
): void {
  const absent = lackingFor(reliance, capabilities);
  if (absent.length === 0) return;
  const what = [...new Set(absent.map(({ because }) => because))].join('; ');
  const likely = detection === undefined ? undefined : likelyCause(detection, absent);
  throw new NetproofError(
    'unenforced',
    `this cluster does not enforce what the scenario relies on: ${what}`,
    {
      hint: `${likely ?? 'install a network plugin that enforces policies, or switch its enforcement on'}; to probe all the same: --skip-preflight`,
    },
  );
}

/** What the scenario relies on and could not be told. */
export function untoldFor(reliance: Reliance, { tested, proofs }: Capabilities): readonly CapabilityProof[] {
  if (!tested) return [];
  return proofs.filter(
    ({ capability, proof }) =>
      proof === 'unknown' && reliance.capabilities.has(capability) && !isWay(capability),
  );
}

/** A cluster of one node has no way between two. */
const isWay = (capability: string): boolean => capability === 'same-node' || capability === 'cross-node';

function lackingFor(
  { policies, capabilities: relied, nodes }: Reliance,
  { proofs, ingress, egress }: Capabilities,
): readonly CapabilityProof[] {
  const absent = proofs.filter(({ proof }) => proof === 'absent');
  switch (policies) {
    case 'none':
      return [];
    // Which direction they use is not known here: only a cluster that enforces neither is refused.
    case 'unknown':
      return ingress === 'absent' && egress === 'absent'
        ? absent.filter(({ capability }) => capability === 'ingress' || capability === 'egress')
        : [];
    case 'own':
      return absent.filter(
        ({ capability, absentOn }) =>
          relied.has(capability) &&
          (absentOn === undefined || nodes === undefined || absentOn.some((node) => nodes.includes(node))),
      );
  }
}
