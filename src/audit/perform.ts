/** An audit with its effects: read, sample, send packets where that is allowed, ask git, then examine. */
import type { Cluster } from '../cluster/cluster.ts';
import type { AuditInputFile, AuditResult, Sample, TruthTable } from '../model/audit.ts';
import { NetproofError } from '../model/errors.ts';
import type { PreflightResult, RunResult } from '../model/result.ts';
import type { Loaded } from '../plan/plan.ts';
import { compile } from '../policy/evaluator.ts';
import type { World } from '../policy/world.ts';
import type { Files } from '../scenario/files.ts';
import { loadScenario } from '../scenario/load.ts';
import { audit } from './audit.ts';
import type { CheckInput } from './check.ts';
import type { AuditConfig } from './config/config.ts';
import type { EvidenceInput } from './evidence/files.ts';
import { type Exceptions, loadExceptions, NO_EXCEPTIONS } from './exceptions.ts';
import { stakesOf } from './exposure.ts';
import { changesSince, readCluster } from './gather/cluster.ts';
import { type ManifestFiles, readManifests } from './gather/manifests.ts';
import { type Generated, generateScenario } from './generate.ts';
import type { GitFacts } from './git/facts.ts';
import type { Git } from './git/git.ts';
import { readGit } from './git/read.ts';
import { observed } from './observe.ts';
import { predictScenario } from './predict.ts';
import { drawSample } from './sample.ts';
import type { Snapshot } from './snapshot.ts';
import { worldIn } from './world.ts';

export interface AuditOrder {
  readonly source:
    | { readonly kind: 'cluster'; readonly cluster: Cluster; readonly sandbox: boolean }
    | { readonly kind: 'manifests'; readonly folder: string };
  readonly config: AuditConfig;
  /** Ids of checks to leave out. */
  readonly skip: ReadonlySet<string>;
}

export interface AuditDeps {
  readonly files: Files;
  readonly manifestFiles: ManifestFiles;
  readonly gitIn: (folder: string) => Git;
  readonly now: () => number;
  readonly version: string;
  readonly operator: string;
  /** For the sample, where no seed is given. */
  readonly freshSeed: () => string;
  /** What sends packets; absent: nothing is sent. */
  readonly probing?: Probing;
  readonly tell: (message: string) => Promise<void>;
}

export interface Probing {
  preflight(): Promise<PreflightResult>;
  run(loaded: Loaded): Promise<RunResult>;
}

export interface Performed {
  readonly result: AuditResult;
  readonly evidence: EvidenceInput;
}

/** Rejects with a NetproofError if the picture could not be read, or if it was interrupted. */
export async function performAudit(order: AuditOrder, deps: AuditDeps): Promise<Performed> {
  const { config, skip } = order;
  const startedAt = deps.now();
  const exceptions = await exceptionsOf(config, deps);
  const given = await Promise.all(config.scenarios.map((path) => loadScenario(path, deps.files)));
  await deps.tell('reading');
  const snapshot = await read(order, deps);
  const git = await gitOf(order, deps);
  const world = worldIn(snapshot);
  const stakes = stakesOf(snapshot, config);
  const sample = drawSample(snapshot.namespaces, stakes, config, config.sample.seed ?? deps.freshSeed());
  const { scenarios, generated } = await scenariosOf(given, { sample, snapshot, config, world });
  const probed = await probe(scenarios, order, deps);
  const truthTables = tablesOf({ scenarios, generated }, world, probed.runs);
  const input: CheckInput = {
    snapshot,
    config,
    stakes,
    sample,
    truthTables,
    evaluator: compile(world),
    ...(probed.preflight && {
      preflight: {
        capabilities: probed.preflight.record.capabilities,
        detection: probed.preflight.record.detection,
      },
    }),
    ...(probed.preflightFault !== undefined && { preflightFault: probed.preflightFault }),
    runs: probed.runs,
    probeFaults: probed.faults,
    ...(git && { git }),
  };
  const result = audit({
    input,
    exceptions,
    skip,
    startedAt,
    version: deps.version,
    operator: deps.operator,
    endedAt: deps.now(),
    inputs: inputFiles(config, exceptions, given, git),
    notes: await changes(order, snapshot, probed),
  });
  return { result, evidence: evidenceOf({ result, snapshot, scenarios, generated, git }, probed) };
}

async function exceptionsOf({ exceptions }: AuditConfig, { files }: AuditDeps): Promise<Exceptions> {
  return exceptions === undefined ? NO_EXCEPTIONS : loadExceptions(exceptions, files);
}

function read({ source }: AuditOrder, { manifestFiles, now }: AuditDeps): Promise<Snapshot> {
  return source.kind === 'cluster'
    ? readCluster(source.cluster, { sandbox: source.sandbox, now })
    : readManifests(source.folder, manifestFiles, now);
}

async function gitOf({ config: { git }, skip }: AuditOrder, deps: AuditDeps): Promise<GitFacts | undefined> {
  return git === undefined || skip.has('change-control')
    ? undefined
    : readGit(deps.gitIn(git.repository), git);
}

interface Scenarios {
  readonly scenarios: readonly Loaded[];
  readonly generated: Generated | undefined;
}

async function scenariosOf(
  given: readonly Loaded[],
  about: {
    readonly sample: Sample;
    readonly snapshot: Snapshot;
    readonly config: AuditConfig;
    readonly world: World;
  },
): Promise<Scenarios> {
  if (given.length > 0) return { scenarios: given, generated: undefined };
  const generated = await generateScenario(about.sample, about.snapshot, about.config, about.world);
  return { scenarios: generated === undefined ? [] : [generated.loaded], generated };
}

interface Probed {
  readonly preflight?: PreflightResult;
  readonly preflightFault?: string;
  readonly runs: readonly RunResult[];
  readonly faults: CheckInput['probeFaults'];
}

async function probe(scenarios: readonly Loaded[], { skip }: AuditOrder, deps: AuditDeps): Promise<Probed> {
  const { probing, tell } = deps;
  if (probing === undefined) return { runs: [], faults: [] };
  const runs: RunResult[] = [];
  const faults: { scenario: string; why: string }[] = [];
  const preflight = skip.has('enforcement') ? undefined : await attempt(() => probing.preflight());
  for (const loaded of skip.has('connectivity') ? [] : scenarios) {
    await tell(`scenario ${loaded.scenario.name}`);
    const run = await attempt(() => probing.run(loaded));
    if ('value' in run) runs.push(run.value);
    else faults.push({ scenario: loaded.scenario.name, why: run.fault });
  }
  return {
    runs,
    faults,
    ...(preflight &&
      ('value' in preflight ? { preflight: preflight.value } : { preflightFault: preflight.fault })),
  };
}

/** What goes wrong with packets is a finding, not the end of the audit; a person who says stop is. */
async function attempt<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly fault: string }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!(error instanceof NetproofError) || error.code === 'interrupted') throw error;
    return { fault: error.message };
  }
}

function tablesOf(
  { scenarios, generated }: Scenarios,
  world: World,
  runs: readonly RunResult[],
): TruthTable[] {
  return scenarios.map((loaded) => {
    const table = predictScenario(loaded, world, loaded === generated?.loaded);
    const run = runs.find(({ record }) => record.scenario.digest === loaded.scenario.digest);
    return run === undefined ? table : observed(table, run);
  });
}

/** Packets take their time: a policy that was changed meanwhile was predicted in one version and probed in another. */
async function changes({ source }: AuditOrder, snapshot: Snapshot, { runs }: Probed): Promise<string[]> {
  if (source.kind !== 'cluster' || runs.length === 0) return [];
  const changed = await changesSince(source.cluster, snapshot);
  return changed.map(
    (what) => `${what} while the audit ran: what was predicted and what was probed may differ`,
  );
}

function inputFiles(
  { file }: AuditConfig,
  exceptions: Exceptions,
  scenarios: readonly Loaded[],
  git: GitFacts | undefined,
): AuditInputFile[] {
  return [
    ...(file ? [{ role: 'configuration' as const, name: file.name, digest: file.digest }] : []),
    ...(exceptions.file ? [{ role: 'exceptions' as const, ...exceptions.file }] : []),
    ...scenarios.map(({ scenario }) => ({
      role: 'scenario' as const,
      name: scenario.file,
      digest: scenario.digest,
    })),
    ...(git ? [{ role: 'git' as const, name: git.repository, digest: git.head }] : []),
  ];
}

function evidenceOf(
  about: {
    readonly result: AuditResult;
    readonly snapshot: Snapshot;
    readonly git: GitFacts | undefined;
  } & Scenarios,
  { preflight, runs }: Probed,
): EvidenceInput {
  const { result, snapshot, scenarios, generated, git } = about;
  return {
    result,
    snapshot,
    runs,
    scenarios,
    ...(generated && { generated: generated.text }),
    ...(git && { git }),
    raw: preflight === undefined ? {} : { preflight },
  };
}
