/** What the policies add to a result as a whole: where mismatches come from, and what was not put to the test. */
import type { MutantReport } from '../model/mutation.ts';
import type { UnprovenUnit } from '../model/prediction.ts';
import type { RunResult } from '../model/result.ts';
import type { DiagnosisKind } from '../model/verdict.ts';
import { groupBy } from './group.ts';
import { count } from './text.ts';
import { DIAGNOSIS_WORDS } from './words.ts';

/** `2 policy or intent, 1 enforcement`; undefined if there is nothing to explain. */
export function diagnosisLine({ verdicts }: Pick<RunResult, 'verdicts'>): string | undefined {
  const kinds = verdicts.flatMap(({ diagnosis }) => (diagnosis === undefined ? [] : [diagnosis.kind]));
  const byKind = groupBy(kinds, (kind) => kind);
  const known = (Object.keys(DIAGNOSIS_WORDS) as DiagnosisKind[]).filter((kind) => byKind.has(kind));
  if (known.length === 0) return undefined;
  return known
    .map((kind) => `${(byKind.get(kind) ?? []).length.toLocaleString('en-US')} ${DIAGNOSIS_WORDS[kind]}`)
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

/** Undefined if everything was put to the test, or if there are no policies. */
export function coverageLine({ coverage }: Pick<RunResult, 'coverage'>): string | undefined {
  const { units, unproven } = coverage;
  if (unproven.length === 0) return undefined;
  const shown = unproven.slice(0, MOST_UNITS).map(unitWords);
  const rest = unproven.length - shown.length;
  const more = rest > 0 ? [`and ${rest.toLocaleString('en-US')} more, see -o json`] : [];
  const total = count(units, 'rule and default deny', 'rules and default denies');
  return `${unproven.length.toLocaleString('en-US')} of ${total}: ${[...shown, ...more].join('; ')}`;
}

function unitWords({ id, probes, masked }: UnprovenUnit): string {
  if (probes === 0) return id;
  if (masked === probes) return `${id} (the other end's policies deny the same)`;
  return `${id} (not shown by ${count(probes, 'probe')})`;
}
