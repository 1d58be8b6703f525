/** Where detection says to look for what the canary found absent; a hint, never a proof; pure. */
import type { CapabilityProof } from '../model/capabilities.ts';
import type { Detection } from '../model/detection.ts';

/** One sentence; undefined if nothing was recognised that could explain it. */
export function likelyCause(
  { engines, enforcer }: Detection,
  absent: readonly CapabilityProof[],
): string | undefined {
  const off = engines.flatMap(({ switches }) => switches).find(({ effect }) => effect === 'off');
  const weak = engines.flatMap(({ switches }) => switches).find(({ effect }) => effect === 'weakens');
  const found = off ?? weak;
  if (found) return `likely: ${found.fact} (${found.means}); ${found.remedy}`;
  const nodes = new Set(absent.flatMap(({ absentOn }) => absentOn ?? []));
  for (const { name, agents } of engines) {
    const down = [...(agents?.notReady ?? []), ...(agents?.missing ?? [])].filter(
      (node) => nodes.size === 0 || nodes.has(node),
    );
    if (down.length > 0) return `likely: the agent of ${name} is not ready on ${down.join(', ')}`;
  }
  if (enforcer.kind === 'none-known')
    return 'likely: no network plugin that enforces policies was recognised here; install one';
  const known = engines.flatMap(({ name, weaknesses }) => weaknesses.map((each) => `${name}: ${each}`));
  return known.length === 0 ? undefined : `known: ${known.join('; ')}`;
}
