/** Removes what runs that could not clean up left behind: found by the run label, deleted by UID. */
import pLimit from 'p-limit';
import { type Clock, systemClock } from '../cluster/clock.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { NetproofError } from '../model/errors.ts';
import type { Emit } from '../model/events.ts';
import {
  CREATED_KINDS,
  findLeftovers,
  type Found,
  type Leftover,
  type Search,
  type Skipped,
} from './leftovers.ts';

const AT_ONCE = 16;
const BUDGET_MS = 60_000;
const POLL_MS = 500;

/** The one reason to skip that was asked for. */
export const TOO_YOUNG = 'too young';

export interface CleanupRequest {
  readonly cluster: Cluster;
  /** Absent: of every run, those that still go on included. */
  readonly runId?: string;
  /** Spares what was created less long ago, by this machine's clock. */
  readonly olderThanMs?: number;
  /** Only says what would be deleted. */
  readonly dryRun: boolean;
  readonly emit?: Emit;
  /** How long to wait until what was deleted is gone. */
  readonly budgetMs?: number;
  readonly clock?: Pick<Clock, 'now' | 'wait'>;
}

export interface CleanupReport {
  /** Gone; with `dryRun`, what would be. */
  readonly deleted: readonly Leftover[];
  /** Carries the label but stays, and why. */
  readonly skipped: readonly Skipped[];
}

/**
 * Pods and config maps first, then network policies, then namespaces; of these only such that say both by label
 * and by annotation that a run created them, since all that is in them goes too.
 *
 * Rejects with `usage` (no possible run id), `forbidden` (neither pods nor namespaces may be listed),
 * `cluster-unreachable` or `api-error`; what cannot be deleted is skipped.
 */
export async function cleanup(request: CleanupRequest): Promise<CleanupReport> {
  const { cluster, runId, dryRun, emit = () => undefined, clock = systemClock } = request;
  checkRunId(runId);
  const searches = await searchAll(cluster, runId);
  const { chosen, skipped } = choose(searches, request, clock.now());
  if (dryRun) return { deleted: chosen.map(leftover), skipped };
  if (chosen.length > 0) emit({ kind: 'note', message: `removing ${summary(chosen)}` });
  const { asked, failed } = await deleteInOrder(cluster, chosen);
  const lingering = await untilGone(request, asked, clock);
  return {
    deleted: asked.filter((one) => !lingering.includes(one)).map(leftover),
    skipped: [...skipped, ...failed, ...lingering.map((one) => skip(one, 'deleted, but still there'))],
  };
}

/** It becomes part of a selector, and an odd one might select more than is meant. */
function checkRunId(runId: string | undefined): void {
  if (runId === undefined || /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(runId)) return;
  throw new NetproofError('usage', `${JSON.stringify(runId)} is not a run id`, {
    hint: 'a run prints its id when it begins; `netproof cleanup --dry-run` shows what runs have left',
  });
}

async function searchAll(cluster: Cluster, runId: string | undefined): Promise<Search> {
  const searches = await Promise.all(CREATED_KINDS.map((kind) => findLeftovers(cluster, kind, runId)));
  return { found: searches.flatMap(({ found }) => found), hidden: searches.flatMap(({ hidden }) => hidden) };
}

function choose(
  { found, hidden }: Search,
  { olderThanMs }: CleanupRequest,
  now: number,
): { chosen: readonly Found[]; skipped: readonly Skipped[] } {
  const chosen: Found[] = [];
  const skipped: Skipped[] = [...hidden];
  for (const one of found) {
    const why = reasonToSpare(one, olderThanMs, now);
    if (why === undefined) chosen.push(one);
    else skipped.push(skip(one, why));
  }
  return { chosen, skipped };
}

function reasonToSpare(one: Found, olderThanMs: number | undefined, now: number): string | undefined {
  // Not `age < olderThanMs`: an object of unknown age (NaN) is spared as well.
  if (olderThanMs !== undefined && !(now - one.createdAt >= olderThanMs)) return TOO_YOUNG;
  if (one.kind !== 'Namespace' || one.createdBy === one.runId) return undefined;
  return 'carries the run label, but not the mark of a namespace that the run created';
}

async function deleteInOrder(
  cluster: Cluster,
  chosen: readonly Found[],
): Promise<{ asked: readonly Found[]; failed: readonly Skipped[] }> {
  const asked = new Set<Found>();
  const failed: Skipped[] = [];
  const limit = pLimit(AT_ONCE);
  const remove = async (one: Found): Promise<void> => {
    try {
      if (await cluster.delete(one.kind, one.namespace, one.name, one.uid)) asked.add(one);
    } catch (error) {
      if (!(error instanceof NetproofError)) throw error;
      failed.push(skip(one, error.message));
    }
  };
  for (const kinds of [['Pod', 'ConfigMap'], ['NetworkPolicy'], ['Namespace']]) {
    const step = chosen.filter(({ kind }) => kinds.includes(kind));
    await Promise.all(step.map((one) => limit(remove, one)));
  }
  // In the order in which they were found, whichever answer came first.
  return { asked: chosen.filter((one) => asked.has(one)), failed };
}

/** What is still there when the budget is used up. */
async function untilGone(
  { cluster, runId, budgetMs = BUDGET_MS }: CleanupRequest,
  asked: readonly Found[],
  clock: Pick<Clock, 'now' | 'wait'>,
): Promise<readonly Found[]> {
  const deadline = clock.now() + budgetMs;
  let remaining = asked;
  while (remaining.length > 0) {
    const { found } = await searchAll(cluster, runId);
    const present = new Set(found.map(({ uid }) => uid));
    remaining = remaining.filter(({ uid }) => present.has(uid));
    if (clock.now() + POLL_MS > deadline) return remaining;
    if (remaining.length > 0) await clock.wait(POLL_MS);
  }
  return remaining;
}

/** `12 pods, 1 namespace` */
function summary(chosen: readonly Found[]): string {
  const counts = CREATED_KINDS.map(
    (kind) => [kind, chosen.filter((one) => one.kind === kind).length] as const,
  );
  return counts
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${PLURALS[kind][count === 1 ? 0 : 1]}`)
    .join(', ');
}

const PLURALS = {
  Pod: ['pod', 'pods'],
  ConfigMap: ['config map', 'config maps'],
  NetworkPolicy: ['network policy', 'network policies'],
  Namespace: ['namespace', 'namespaces'],
} as const;

function leftover({ kind, namespace, name }: Found): Leftover {
  return { kind, namespace, name };
}

function skip(one: Found, why: string): Skipped {
  return { ...leftover(one), why };
}
