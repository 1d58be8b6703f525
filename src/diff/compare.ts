/** Two results → what changed. Pure. */
import { PAIR_CHANGES, type PairChange, type RunDiff, type RunName } from '../model/diff.ts';
import { EXIT } from '../model/errors.ts';
import type { RunResult } from '../model/result.ts';
import { comparePairs } from './pairs.ts';
import { comparePolicies } from './policies.ts';

export interface NamedResult {
  readonly file: string;
  readonly result: RunResult;
}

export function compareRuns(before: NamedResult, after: NamedResult): RunDiff {
  const { pairs, same } = comparePairs(before.result, after.result);
  const policies = comparePolicies(before.result.record.policies, after.result.record.policies);
  const count = (change: PairChange): number => pairs.filter((pair) => pair.change === change).length;
  const violations = pairs.filter(({ violation }) => violation).length;
  return {
    apiVersion: 'netproof/v1',
    kind: 'RunDiff',
    before: nameOf(before),
    after: nameOf(after),
    summary: {
      changes: Object.fromEntries(PAIR_CHANGES.map((change) => [change, count(change)])) as Record<
        PairChange,
        number
      >,
      same,
      violations,
      policies: policies.length,
      exitCode: violations > 0 ? EXIT.failed : EXIT.proven,
    },
    pairs,
    policies,
    notes: notesOn(before.result, after.result),
  };
}

function nameOf({ file, result: { record } }: NamedResult): RunName {
  const { runId, startedAt, scenario, cluster } = record;
  return {
    file,
    runId,
    startedAt,
    scenario: scenario.name,
    cluster: `${cluster.context}, ${cluster.server}`,
  };
}

function notesOn({ record: a }: RunResult, { record: b }: RunResult): string[] {
  const notes: string[] = [];
  if (a.runId === b.runId) notes.push('both files are of the same run');
  else if (a.startedAt > b.startedAt) notes.push('the run that is given first began later than the other');
  if (a.scenario.name !== b.scenario.name) {
    notes.push(`two scenarios are compared: ${a.scenario.name} and ${b.scenario.name}`);
  } else if (a.scenario.digest !== b.scenario.digest) {
    notes.push(`the scenario ${a.scenario.name} was changed in between`);
  }
  if (a.cluster.sandbox !== b.cluster.sandbox) {
    notes.push("one of the runs was on netproof's own sandbox, not on a real cluster");
  } else if (!a.cluster.sandbox && a.cluster.server !== b.cluster.server) {
    notes.push(`the runs were on two clusters: ${a.cluster.server} and ${b.cluster.server}`);
  }
  return notes;
}
