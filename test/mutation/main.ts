/**
 * npm run mutation: every misbehaviour of the embedded cluster, and healthy ones, each with a preflight and a run.
 * Prints the score as JSON on stdout and a table on stderr; exit code 1 if anything was missed or made up.
 * `--healthy=50`: preflights of a healthy cluster; `--only=NAME,NAME`: these misbehaviours alone.
 */
import { parseArgs } from 'node:util';
import { startSandbox } from '../../src/sandbox/start.ts';
import { HEALTHY, type Mutation, MUTATIONS } from './expected.ts';
import { type Tried, tryOn, tryPreflight } from './try.ts';

const { values } = parseArgs({
  options: { healthy: { type: 'string', default: '5' }, only: { type: 'string' } },
});

function chosen(): readonly Mutation[] {
  const only = values.only?.split(',');
  return MUTATIONS.filter(({ cni }) => only === undefined || only.includes(cni));
}

function tell({ cni, faults, findings, preflightMs, runExit }: Tried): void {
  const verdict = faults.length === 0 ? 'right' : `WRONG: ${faults.join('; ')}`;
  const run = runExit === undefined ? '' : `, run exit ${runExit}`;
  process.stderr.write(`${cni.padEnd(28)} ${(preflightMs / 1000).toFixed(1)} s${run}  ${verdict}\n`);
  for (const finding of findings) process.stderr.write(`${' '.repeat(31)}${finding}\n`);
}

/** One after the other: machines that are too busy are another misbehaviour. */
async function mutated(): Promise<readonly Tried[]> {
  const all: Tried[] = [];
  for (const mutation of chosen()) {
    const tried = await tryOn(mutation);
    tell(tried);
    all.push(tried);
  }
  return all;
}

async function healthy(times: number): Promise<readonly Tried[]> {
  if (times === 0) return [];
  const all: Tried[] = [await tryOn(HEALTHY)];
  const sandbox = await startSandbox();
  try {
    while (all.length < times) all.push(await tryPreflight(HEALTHY, sandbox));
  } finally {
    await sandbox.close();
  }
  all.forEach(tell);
  return all;
}

const injected = await mutated();
const sound = [...injected.filter(({ defect }) => !defect), ...(await healthy(Number(values.healthy)))];
const defects = injected.filter(({ defect }) => defect);
const found = defects.filter(({ faults }) => faults.length === 0);
const alarms = sound.filter(({ faults }) => faults.length > 0);
process.stderr.write(
  `\nfound and named right ${found.length} of ${defects.length}; false alarms ${alarms.length} in ${sound.length} runs\n`,
);
process.stdout.write(
  `${JSON.stringify({ found: found.length, injected: defects.length, falseAlarms: alarms.length, runs: sound.length, tried: [...defects, ...sound] }, undefined, 2)}\n`,
);
process.exitCode = found.length === defects.length && alarms.length === 0 ? 0 : 1;
