/** Lays what packets showed on a truth table. */
import type { TruthCell, TruthTable } from '../model/audit.ts';
import type { RunResult } from '../model/result.ts';
import type { Verdict, VerdictKind } from '../model/verdict.ts';

const WORST: readonly VerdictKind[] = ['fail', 'inconclusive', 'pass'];

/** An endpoint may have several addresses, each with a verdict of its own: the worst of them counts. */
export function observed(table: TruthTable, { record, verdicts }: RunResult): TruthTable {
  const byPair = new Map<string, Verdict>();
  for (const verdict of verdicts) {
    const probe = record.probes[verdict.probe];
    if (probe === undefined) continue;
    const pair = pairOf(probe);
    const known = byPair.get(pair);
    if (known === undefined || rank(verdict) < rank(known)) byPair.set(pair, verdict);
  }
  const cells = table.cells.map((cell): TruthCell => {
    const verdict = byPair.get(pairOf(cell));
    if (verdict === undefined) return cell;
    return {
      ...cell,
      observed: { verdict: verdict.verdict, cause: verdict.cause },
      because: verdict.because,
    };
  });
  return { ...table, cells };
}

function rank({ verdict }: Verdict): number {
  return WORST.indexOf(verdict);
}

function pairOf({ source, endpoint }: { readonly source: string; readonly endpoint: string }): string {
  return `${source}\n${endpoint}`;
}
