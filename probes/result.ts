/** A probe's result as a line that fits. */
import { LONGEST_LINE, type Told } from './report.ts';
import type { Standing } from './rounds.ts';
import type { ResultLine } from './wire.ts';

/** What seq, time and kind add to a line. */
const ENVELOPE = 100;

/** The line; should the attempts of an extreme schedule not fit into it, the latest ones. */
export function fittingResult(probe: number, standing: Standing): Told<ResultLine> {
  const { outcome, stable, history } = standing;
  let { attempts } = standing;
  for (;;) {
    const line: Told<ResultLine> = { kind: 'result', probe, outcome, stable, attempts, history };
    if (attempts.length <= 1 || JSON.stringify(line).length + ENVELOPE <= LONGEST_LINE) return line;
    attempts = attempts.slice(Math.ceil(attempts.length / 8));
  }
}
