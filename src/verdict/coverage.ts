/** Which rules and default denies packets showed to work; pure. */
import type { Coverage } from '../model/prediction.ts';
import type { RunRecord } from '../model/record.ts';
import type { Verdict } from '../model/verdict.ts';
import { agrees, packetsOf } from './diagnosis.ts';

const NONE = { probes: 0, masked: 0 } as const;

export function coverageOf(
  { probes, units }: Pick<RunRecord, 'probes' | 'units'>,
  verdicts: readonly Verdict[],
): Coverage {
  const resting = new Map<string, { probes: number; masked: number }>();
  const shown = new Set<string>();
  for (const verdict of verdicts) {
    const prediction = probes[verdict.probe]?.prediction;
    if (prediction === undefined) continue;
    const { certain, masked = false } = prediction;
    const isShown = certain && !masked && agrees(prediction, packetsOf(verdict));
    for (const id of prediction.units) {
      const { probes: before, masked: hidden } = resting.get(id) ?? NONE;
      resting.set(id, { probes: before + 1, masked: hidden + (masked ? 1 : 0) });
      if (isShown) shown.add(id);
    }
  }
  const unproven = units.filter((id) => !shown.has(id));
  return { units: units.length, unproven: unproven.map((id) => ({ id, ...(resting.get(id) ?? NONE) })) };
}
