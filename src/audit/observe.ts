/** Lays what packets showed on a truth table. */
import type { TruthCell, TruthTable } from '../model/audit.ts';
import type { Predicted } from '../model/prediction.ts';
import type { ProbeRecord } from '../model/record.ts';
import type { RunResult } from '../model/result.ts';
import type { Verdict, VerdictKind } from '../model/verdict.ts';

const WORST: readonly VerdictKind[] = ['fail', 'inconclusive', 'pass'];

interface Asked {
  readonly verdict: Verdict;
  readonly probe: ProbeRecord;
}

/**
 * An endpoint may have several addresses, each with a verdict of its own: the worst of them counts. What the policies
 * say was asked once more beside each probe, with the addresses that the pods really had.
 */
export function observed(table: TruthTable, { record, verdicts }: RunResult): TruthTable {
  const byPair = new Map<string, Asked[]>();
  for (const verdict of verdicts) {
    const probe = record.probes[verdict.probe];
    if (probe === undefined) continue;
    const pair = pairOf(probe);
    const known = byPair.get(pair);
    if (known) known.push({ verdict, probe });
    else byPair.set(pair, [{ verdict, probe }]);
  }
  return { ...table, cells: table.cells.map((cell) => laidOn(cell, byPair.get(pairOf(cell)) ?? [])) };
}

function laidOn(cell: TruthCell, asked: readonly Asked[]): TruthCell {
  const [worst] = asked.toSorted((a, b) => rank(a.verdict) - rank(b.verdict));
  if (worst === undefined) return cell;
  const { verdict, cause, because, diagnosis } = worst.verdict;
  return {
    ...cell,
    ...predictedOf(asked.flatMap(({ probe }) => probe.prediction ?? [])),
    observed: {
      verdict,
      cause,
      // Where the network is at fault, the diagnosis is the verdict's own sentence.
      because: [...new Set([because, ...(diagnosis ? [diagnosis.because] : [])])].join('; '),
    },
  };
}

/** Nothing where the run did not ask. */
function predictedOf(predictions: readonly Predicted[]): Pick<TruthCell, 'predicted' | 'policies'> {
  const [first, ...others] = predictions;
  if (first === undefined) return {};
  const agree = others.every(({ verdict }) => verdict === first.verdict);
  const doubt = predictions.flatMap(({ doubts }) => doubts)[0];
  const policies = doubt === undefined ? first.because : `${first.because}, but ${doubt}`;
  const certain = agree && predictions.every((each) => each.certain);
  return { predicted: certain && first.verdict !== 'unknown' ? first.verdict : 'uncertain', policies };
}

function rank({ verdict }: Verdict): number {
  return WORST.indexOf(verdict);
}

function pairOf({ source, endpoint }: { readonly source: string; readonly endpoint: string }): string {
  return `${source}\n${endpoint}`;
}
