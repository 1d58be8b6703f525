import type { Evidence, Exposure, TruthCell, TruthTable } from '../../model/audit.ts';
import { count } from '../../report/text.ts';
import type { Check, CheckInput, Found } from '../check.ts';
import { isNamed } from '../config/choose.ts';
import { pairExposure } from '../pair-exposure.ts';
import { policyCounts } from './namespace-coverage.ts';

export const intendedMatrix: Check = {
  id: 'intended-matrix',
  step: 4,
  title: 'Policies mean what is documented',
  rules: {
    'policy-allows-too-much': 'The policies allow what the documented requirements deny.',
    'policy-allows-too-little': 'The policies deny what the documented requirements allow.',
    'scenario-not-live': 'A scenario creates its namespaces for the run: it says nothing of live policies.',
    'policy-unclear': 'What the policies mean for a pair can’t be said for certain.',
    'undocumented-namespace':
      'A namespace of the sample has policies and pods, but no scenario says what these pods need.',
  },
  run(input) {
    const { truthTables, stakes } = input;
    const given = truthTables.filter(({ generated }) => !generated);
    if (given.length === 0) {
      return {
        kind: 'inconclusive',
        because: 'no documented requirements were given: --scenario names them',
      };
    }
    const cells = given.flatMap((table) => table.cells.map((cell) => ({ table, cell })));
    return {
      kind: 'examined',
      because: `the evaluator decided ${count(cells.length, 'pair')} of ${count(given.length, 'scenario')}, both directions of each`,
      findings: [
        ...given.flatMap((table) => notLive(table, 'scenario-not-live')),
        ...cells.flatMap(({ table, cell }) => judged(table, cell, pairExposure(table, cell, stakes))),
        ...undocumented(given, input),
      ],
      evidence: given.map(summary),
    };
  },
};

/** Policies that nobody can hold against anything were not reviewed. What the system's own pods need, nobody here wrote. */
function undocumented(
  given: readonly TruthTable[],
  { sample, snapshot, evaluator, config }: CheckInput,
): Found[] {
  const documented = new Set(given.flatMap(({ namespaces }) => Object.values(namespaces)));
  const inhabited = new Set(evaluator.world.pods.map(({ namespace }) => namespace));
  const counts = policyCounts(snapshot);
  return sample.namespaces
    .map(({ namespace }) => namespace)
    .filter((name) => counts.has(name) && inhabited.has(name) && !documented.has(name))
    .filter((name) => !isNamed(name, config.system))
    .map((name) => ({
      rule: 'undocumented-namespace',
      severity: 'inconclusive',
      subject: { kind: 'Namespace', name },
      message: `namespace ${name} is in the sample, but no scenario documents what its pods need: its policies were held against nothing`,
    }));
}

/** Such a scenario tests the policies that it brings, not those that are audited. */
export function notLive({ name, created }: TruthTable, rule: string): Found[] {
  if (created.length === 0) return [];
  const message = `scenario ${name} creates ${created.join(', ')} for the run: what it shows there is not about live policies`;
  return [{ rule, severity: 'inconclusive', subject: { kind: 'Scenario', name }, message }];
}

function judged(table: TruthTable, cell: TruthCell, exposure: readonly Exposure[]): Found[] {
  const { source, endpoint, expect, predicted, policies: because } = cell;
  if (predicted === undefined || predicted === expect) return [];
  const pair = `${source} → ${endpoint}`;
  const subject = { kind: 'Expectation', namespace: table.name, name: pair };
  if (predicted === 'uncertain') {
    const message = `${pair}: expected ${expect}; what the policies mean is uncertain: ${because}`;
    return [{ rule: 'policy-unclear', severity: 'inconclusive', subject, message, exposure }];
  }
  const rule = predicted === 'allow' ? 'policy-allows-too-much' : 'policy-allows-too-little';
  const message = `${pair}: expected ${expect}, but the policies say ${predicted}: ${because}`;
  return [{ rule, severity: 'fail', subject, message, exposure }];
}

function summary({ name, file, cells }: TruthTable): Evidence {
  const number = (predicted: TruthCell['predicted']): string =>
    String(cells.filter((cell) => cell.predicted === predicted).length);
  return {
    title: `Scenario ${name}`,
    columns: ['File', 'Pairs', 'Predicted allow', 'Predicted deny', 'Uncertain'],
    rows: [[file, String(cells.length), number('allow'), number('deny'), number('uncertain')]],
  };
}
