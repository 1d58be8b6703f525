/** What a run is given from outside: the agent's code, chance, a name for who runs it. */
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { systemClock } from '../cluster/clock.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { type Linked, linked } from '../model/deadline.ts';
import { NetproofError } from '../model/errors.ts';
import type { PreflightResult, RunResult } from '../model/result.ts';
import { packageFile, packageVersion } from '../package.ts';
import type { Loaded } from '../plan/plan.ts';
import type { Surroundings } from '../run/context.ts';
import type { PreflightOptions } from '../run/preflight.ts';
import type { RunOptions } from '../run/run.ts';
import type { Context } from './command.ts';
import { letGo } from './memory.ts';
import { createProgress } from './progress.ts';

/** The agent as build.js bundles it. */
const AGENT = packageFile('dist/probe.cjs');

const NAME_CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Lower-case letters and digits that nobody can guess. */
export function randomName(length: number): string {
  return Array.from({ length }, () => NAME_CHARACTERS[randomInt(NAME_CHARACTERS.length)]).join('');
}

export function newRunId(): string {
  return randomName(8);
}

export interface Launch extends RunOptions {
  readonly cluster: Cluster;
  readonly sandbox: boolean;
  /** Milliseconds after which the run is given up. */
  readonly timeoutMs?: number | undefined;
  readonly report: (result: RunResult) => Promise<void>;
}

/** From here on a run's records, and not the program itself, make up most of its memory. */
const MANY_PROBES = 5000;

/** One run with its progress on stderr; a signal to the process or the time limit ends it with a clean-up. */
export async function launch(loaded: Loaded, wanted: Launch, context: Context): Promise<RunResult> {
  if (loaded.matrix.cells.length < MANY_PROBES) letGo();
  const { run } = await import('../run/run.ts');
  return supervised(wanted, context, (surroundings) =>
    run(loaded, wanted, { ...surroundings, usage, report: wanted.report }),
  );
}

export interface PreflightLaunch extends PreflightOptions, Pick<Launch, 'cluster' | 'sandbox' | 'timeoutMs'> {
  readonly report: (result: PreflightResult) => Promise<void>;
}

/** One preflight, likewise. */
export async function launchPreflight(wanted: PreflightLaunch, context: Context): Promise<PreflightResult> {
  const { preflight } = await import('../run/preflight.ts');
  return supervised(wanted, context, (surroundings) =>
    preflight(wanted, { ...surroundings, report: wanted.report }),
  );
}

async function supervised<T>(
  wanted: Pick<Launch, 'cluster' | 'sandbox' | 'timeoutMs' | 'runId'>,
  { interruption, terminal }: Context,
  work: (surroundings: Surroundings) => Promise<T>,
): Promise<T> {
  interruption.leaveWord(
    `stopped at once; to remove what is left: netproof cleanup --run-id ${wanted.runId}`,
  );
  await terminal.err.write(`run ${wanted.runId}\n`);
  const stop = linked(interruption.signal);
  const limit = timeLimit(wanted.timeoutMs, stop);
  const progress = await createProgress(terminal.err);
  try {
    return await work({
      cluster: wanted.cluster,
      sandbox: wanted.sandbox,
      version: packageVersion(),
      operator: operator(),
      emit: progress.emit,
      signal: stop.signal,
      clock: systemClock,
      randomName,
      agentSource: await readFile(AGENT, 'utf8'),
    });
  } catch (error) {
    throw stop.signal.aborted && !interruption.signal.aborted ? timedOut(wanted.timeoutMs, error) : error;
  } finally {
    clearTimeout(limit);
    progress.stop();
  }
}

function timeLimit(ms: number | undefined, stop: Linked): NodeJS.Timeout | undefined {
  return ms === undefined ? undefined : setTimeout(() => stop.abort(), ms);
}

function timedOut(ms = 0, cause: unknown): NetproofError {
  return new NetproofError('interrupted', `the run was not done within --timeout ${ms / 1000} s`, { cause });
}

function usage(): { cpuMs: number; maxRss: number } {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { cpuMs: Math.round((userCPUTime + systemCPUTime) / 1000), maxRss: maxRSS * 1024 };
}

/** Who runs netproof here, for the record. */
export function operator(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // A container's user may have no entry in /etc/passwd.
    return `uid ${process.getuid?.() ?? 'unknown'}@${hostname()}`;
  }
}
