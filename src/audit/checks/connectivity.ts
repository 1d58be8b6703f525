import type { Evidence, Exposure, TruthCell, TruthTable } from '../../model/audit.ts';
import type { RunResult } from '../../model/result.ts';
import { count } from '../../report/text.ts';
import type { Check, Found } from '../check.ts';
import { notLive } from './intended-matrix.ts';
import { pairExposure } from '../pair-exposure.ts';

export const connectivity: Check = {
  id: 'connectivity',
  step: 6,
  title: 'Packets show that restricted destinations are closed',
  rules: {
    leak: 'A connection got through that must not.',
    blocked: 'A connection was stopped that must get through.',
    unproven: 'A connection could not be judged.',
    'probes-not-live': 'A scenario creates its namespaces for the run: live policies were not probed there.',
    'not-probed': 'A scenario could not be run.',
  },
  run({ snapshot, truthTables, runs, probeFaults, stakes }) {
    if (snapshot.source.kind === 'manifests') {
      return { kind: 'not-applicable', because: 'not executed: manifests alone have no network to test' };
    }
    if (runs.length === 0 && probeFaults.length === 0) {
      return { kind: 'inconclusive', because: 'no packets were sent' };
    }
    const probed = truthTables.filter(({ cells }) => cells.some(({ observed }) => observed !== undefined));
    const total = runs.reduce((sum, { summary }) => sum + summary.total, 0);
    return {
      kind: 'examined',
      because: `${count(total, 'connection')} of ${count(runs.length, 'scenario')} were tried with real packets`,
      findings: [
        ...probed.flatMap((table) => notLive(table, 'probes-not-live')),
        ...probed.flatMap((table) =>
          table.cells.flatMap((cell) => judged(table, cell, pairExposure(table, cell, stakes))),
        ),
        ...probeFaults.map(({ scenario, why }): Found => ({
          rule: 'not-probed',
          severity: 'inconclusive',
          subject: { kind: 'Scenario', name: scenario },
          message: `scenario ${scenario} could not be run: ${why}`,
        })),
      ],
      evidence: runs.length > 0 ? [runTable(runs)] : [],
    };
  },
};

function judged(table: TruthTable, cell: TruthCell, exposure: readonly Exposure[]): Found[] {
  const { source, endpoint, expect, observed } = cell;
  if (observed === undefined || observed.verdict === 'pass') return [];
  const pair = `${source} → ${endpoint}`;
  const subject = { kind: 'Connection', namespace: table.name, name: pair };
  if (observed.verdict === 'inconclusive') {
    const message = `${pair}: expected ${expect}, not proven (${observed.cause}): ${observed.because}`;
    return [{ rule: 'unproven', severity: 'inconclusive', subject, message, exposure }];
  }
  const rule = expect === 'deny' ? 'leak' : 'blocked';
  const message = `${pair}: expected ${expect}, but packets say otherwise (${observed.cause}): ${observed.because}`;
  return [{ rule, severity: 'fail', subject, message, exposure }];
}

function runTable(runs: readonly RunResult[]): Evidence {
  return {
    title: 'Runs',
    columns: ['Scenario', 'Run', 'Began (UTC)', 'Ended (UTC)', 'Probes', 'Pass', 'Fail', 'Inconclusive'],
    rows: runs.map(({ record, summary }) => [
      record.scenario.name,
      record.runId,
      new Date(record.startedAt).toISOString(),
      new Date(record.endedAt).toISOString(),
      ...[summary.total, summary.pass, summary.fail, summary.inconclusive].map(String),
    ]),
  };
}
