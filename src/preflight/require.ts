/**
 * Whether a run may go on after its canary; pure.
 *
 * What is absent and relied upon ends it, and so does a direction that it relies on and that could not be shown.
 * What else is unknown is a note: no verdict rests on it, for silence counts only with the run's own controls, and a
 * refusal only if it was learned.
 */
import type { Capabilities, CapabilityProof } from '../model/capabilities.ts';
import type { Detection } from '../model/detection.ts';
import { NetproofError } from '../model/errors.ts';
import type { Reliance } from './relies.ts';
import { likelyCause } from './likely.ts';

/** Throws `unenforced` (exit code 3), naming what is absent or unknown, where, and what may have switched it off. */
export function requireEnforcement(
  reliance: Reliance,
  capabilities: Capabilities,
  detection: Detection | undefined,
): void {
  const absent = absentFor(reliance, capabilities);
  const unshown = unshownFor(reliance, capabilities);
  const lacking = absent.length > 0 ? absent : unshown;
  if (lacking.length === 0) return;
  const likely = detection === undefined ? undefined : likelyCause(detection, lacking);
  throw absent.length > 0
    ? refusal(
        `this cluster does not enforce what the scenario relies on: ${whyOf(({ because }) => because, absent)}`,
        likely ?? 'install a network plugin that enforces policies, or switch its enforcement on',
      )
    : refusal(
        `it could not be shown that this cluster enforces what the scenario relies on: ${whyOf(named, unshown)}`,
        likely ?? 'netproof preflight tries everything, and takes longer',
      );
}

function refusal(message: string, hint: string): NetproofError {
  return new NetproofError('unenforced', message, {
    hint: `${hint}; to probe all the same: --skip-preflight, and the report says so`,
  });
}

const named = ({ capability, because }: CapabilityProof): string => `${capability}, because ${because}`;

function whyOf(words: (proof: CapabilityProof) => string, proofs: readonly CapabilityProof[]): string {
  return [...new Set(proofs.map(words))].join('; ');
}

/** Directions that the scenario relies on and that could not be told, though nothing that it relies on is absent. */
export function unshownFor(reliance: Reliance, capabilities: Capabilities): readonly CapabilityProof[] {
  if (!capabilities.tested || absentFor(reliance, capabilities).length > 0) return [];
  const relied = directionsIn(capabilities).filter(({ capability }) => reliance.capabilities.has(capability));
  return [...relied, ...unenforcedAtAll(reliance, capabilities)].filter(({ proof }) => proof === 'unknown');
}

/** What else the scenario relies on and could not be told. */
export function untoldFor(
  { capabilities: relied }: Reliance,
  { tested, proofs }: Capabilities,
): readonly CapabilityProof[] {
  if (!tested) return [];
  return proofs.filter(
    ({ capability, proof }) => proof === 'unknown' && relied.has(capability) && !isDirection(capability),
  );
}

export const isDirection = (capability: string): boolean =>
  capability === 'ingress' || capability === 'egress';

const directionsIn = ({ proofs }: Capabilities): readonly CapabilityProof[] =>
  proofs.filter(({ capability }) => isDirection(capability));

/** Which directions policies use that nobody could read is not known: then one that is proven is enough. */
function unenforcedAtAll({ more }: Reliance, capabilities: Capabilities): readonly CapabilityProof[] {
  const directions = directionsIn(capabilities);
  return more && directions.every(({ proof }) => proof !== 'proven') ? directions : [];
}

function absentFor(reliance: Reliance, capabilities: Capabilities): readonly CapabilityProof[] {
  const { capabilities: relied, nodes } = reliance;
  const isRelied = ({ capability, absentOn }: CapabilityProof): boolean =>
    relied.has(capability) &&
    (absentOn === undefined || nodes === undefined || absentOn.some((node) => nodes.includes(node)));
  const lacking = [...capabilities.proofs.filter(isRelied), ...unenforcedAtAll(reliance, capabilities)];
  return lacking.filter(({ proof }) => proof === 'absent');
}
