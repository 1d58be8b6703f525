/** What the policies add to a result as a whole: where mismatches come from, and what was not put to the test. */
import type { MutantReport } from '../model/mutation.ts';
import type { UnprovenUnit } from '../model/prediction.ts';
import type { RunResult } from '../model/result.ts';
import type { DiagnosisKind } from '../model/verdict.ts';
import { groupBy } from './group.ts';
import { count, grouped } from './text.ts';
import { DIAGNOSIS_WORDS } from './words.ts';

/** `2 policy or intent, 1 enforcement`; undefined if there is nothing to explain. */
export function diagnosisLine({ verdicts }: Pick<RunResult, 'verdicts'>): string | undefined {
  const kinds = verdicts.flatMap(({ diagnosis }) => (diagnosis === undefined ? [] : [diagnosis.kind]));
  const byKind = groupBy(kinds, (kind) => kind);
  const known = (Object.keys(DIAGNOSIS_WORDS) as DiagnosisKind[]).filter((kind) => byKind.has(kind));
  if (known.length === 0) return undefined;
  return known
    .map((kind) => `${grouped((byKind.get(kind) ?? []).length)} ${DIAGNOSIS_WORDS[kind]}`)
    .join(', ');
}

/** `web-2, web-3 by class of web-1`, a line per class, no longer than these can be read. */
export function classLines({ record: { classes = [] } }: Pick<RunResult, 'record'>): string[] {
  const shown = classes.slice(0, MOST_CLASSES).map(({ representative, members, broken }) => {
    const names = members.slice(0, MOST_CLASSES).join(', ');
    const more = members.length > MOST_CLASSES ? ` and ${members.length - MOST_CLASSES} more` : '';
    return `${names}${more}: ${broken === undefined ? `by class of ${representative}` : `not proven: ${broken}`}`;
  });
  return [
    ...shown,
    ...(classes.length > shown.length
      ? [`and ${count(classes.length - shown.length, 'more class', 'more classes')}`]
      : []),
  ];
}

/** What could be lost unnoticed, a line each, then how the others were found to be noticed. */
export function mutationLines({ mutation }: Pick<RunResult, 'mutation'>): string[] {
  if (mutation === undefined) return [];
  const of = (outcome: MutantReport['outcome']) =>
    mutation.mutants.filter((each) => each.outcome === outcome);
  const [unnoticed, unknown, noticed] = [of('unnoticed'), of('unknown'), of('noticed')];
  const foreseen = noticed.filter(({ by }) => by === 'evaluator').length;
  const total = count(mutation.mutants.length, 'rule and default deny', 'rules and default denies');
  return [
    `${total} dropped one at a time: ${unnoticed.length} unnoticed, ${unknown.length} could not be told, ${noticed.length} noticed (${foreseen} by the evaluator alone, ${noticed.length - foreseen} by packets)`,
    ...unnoticed.map(({ id }) => `  unnoticed: ${id} (by packets: the run without it passes as well)`),
    ...unknown.map(({ id }) => `  could not be told: ${id} (the run without it is inconclusive)`),
  ];
}

/** Of more only the number is told. */
const MOST_CLASSES = 8;
const MOST_UNITS = 5;

/** What packets did not show to work, in words; empty if that is nothing. */
export function coverageLines({ coverage: { units, unproven } }: Pick<RunResult, 'coverage'>): string[] {
  const [masked, untested] = [unproven.filter(isMasked), unproven.filter((unit) => !isMasked(unit))];
  const total = count(units, 'rule and default deny', 'rules and default denies');
  const lines: readonly (readonly [string, readonly UnprovenUnit[]])[] = [
    ['not put to the test', untested],
    ["not shown, since the other end's policies deny the same", masked],
  ];
  return lines
    .filter(([, those]) => those.length > 0)
    .map(([what, those]) => `${what}: ${grouped(those.length)} of ${total}: ${named(those)}`);
}

function isMasked({ probes, masked }: UnprovenUnit): boolean {
  return probes > 0 && masked === probes;
}

function named(units: readonly UnprovenUnit[]): string {
  const shown = units.slice(0, MOST_UNITS).map(({ id, probes, masked }) => {
    return probes > masked ? `${id} (not shown by ${count(probes, 'probe')})` : id;
  });
  const rest = units.length - shown.length;
  return [...shown, ...(rest > 0 ? [`and ${grouped(rest)} more, see -o json`] : [])].join('; ');
}
