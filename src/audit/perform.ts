/** An audit with its effects: read, sample, send packets where that is allowed, ask git, then examine. */
import type { Cluster } from '../cluster/cluster.ts';
import type { AuditInputFile, AuditResult, Sample, TruthTable } from '../model/audit.ts';
import type { RunResult } from '../model/result.ts';
import type { Loaded } from '../plan/plan.ts';
import { compile } from '../policy/evaluator.ts';
import type { World } from '../policy/world.ts';
import type { Files } from '../scenario/files.ts';
import { loadScenario } from '../scenario/load.ts';
import { changesSince, readCluster } from '../snapshot/cluster.ts';
import { type ManifestFiles, readManifests } from '../snapshot/manifests.ts';
import { PLACES } from '../snapshot/places.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { worldIn } from '../snapshot/world.ts';
import { audit } from './audit.ts';
import type { CheckInput } from './check.ts';
import type { AuditConfig } from './config/config.ts';
import type { EvidenceInput } from './evidence/files.ts';
import { type Exceptions, loadExceptions, NO_EXCEPTIONS } from './exceptions.ts';
import { type Stake, stakesOf } from './exposure.ts';
import { type Generated, generateScenario } from './generate.ts';
import type { GitFacts } from './git/facts.ts';
import type { Git } from './git/git.ts';
import { readGit } from './git/read.ts';
import { observed } from './observe.ts';
import { predictScenario } from './predict.ts';
import { NOT_PROBED, probe, type Probed, type Probing } from './probe.ts';
import { drawSample } from './sample.ts';

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

export interface Performed {
  readonly result: AuditResult;
  readonly evidence: EvidenceInput;
}

/** Rejects with a NetproofError if the picture could not be read, or if it was interrupted. */
export async function performAudit(order: AuditOrder, deps: AuditDeps): Promise<Performed> {
  const startedAt = deps.now();
  const gathered = await gather(order, deps);
  const { scenarios, snapshot } = gathered;
  const probed = deps.probing ? await probe(scenarios, order.skip, deps.probing, deps.tell) : NOT_PROBED;
  const result = audit({
    input: checkInput(order.config, gathered, probed),
    exceptions: gathered.exceptions,
    skip: order.skip,
    startedAt,
    version: deps.version,
    operator: deps.operator,
    endedAt: deps.now(),
    inputs: inputFiles(order.config, gathered),
    notes: await changes(order, snapshot, probed),
  });
  return { result, evidence: evidenceOf(result, gathered, probed, await inputTexts(result.inputs, deps)) };
}

/** Everything that is known before a packet is sent. */
interface Gathered {
  readonly snapshot: Snapshot;
  readonly git: GitFacts | undefined;
  readonly world: World;
  readonly stakes: ReadonlyMap<string, Stake>;
  readonly sample: Sample;
  readonly exceptions: Exceptions;
  /** Those that were given, or the one that was made up. */
  readonly scenarios: readonly Loaded[];
  readonly generated: Generated | undefined;
}

async function gather(order: AuditOrder, deps: AuditDeps): Promise<Gathered> {
  const { config } = order;
  const exceptions = await exceptionsOf(config, deps);
  const given = await Promise.all(config.scenarios.map((path) => loadScenario(path, deps.files)));
  await deps.tell('reading');
  const snapshot = await read(order, deps);
  const git = await gitOf(order, deps);
  const world = worldIn(snapshot);
  const stakes = stakesOf(snapshot, config);
  const sample = drawSample(snapshot.namespaces, stakes, config, config.sample.seed ?? deps.freshSeed());
  const generated = given.length > 0 ? undefined : await generateScenario(sample, snapshot, config, world);
  const scenarios = generated === undefined ? given : [generated.loaded];
  return { snapshot, git, world, stakes, sample, exceptions, scenarios, generated };
}

function checkInput(config: AuditConfig, gathered: Gathered, probed: Probed): CheckInput {
  const { snapshot, stakes, sample, world, git } = gathered;
  const { preflight, preflightFault, runs, faults } = probed;
  return {
    snapshot,
    config,
    stakes,
    sample,
    truthTables: tablesOf(gathered, runs),
    evaluator: compile(world),
    ...(preflight && { preflight: preflight.record }),
    ...(preflightFault !== undefined && { preflightFault }),
    runs,
    probeFaults: faults,
    ...(git && { git }),
  };
}

async function exceptionsOf({ exceptions }: AuditConfig, { files }: AuditDeps): Promise<Exceptions> {
  return exceptions === undefined ? NO_EXCEPTIONS : loadExceptions(exceptions, files);
}

function read({ source }: AuditOrder, { manifestFiles, now }: AuditDeps): Promise<Snapshot> {
  return source.kind === 'cluster'
    ? readCluster(source.cluster, { places: PLACES, sandbox: source.sandbox, now })
    : readManifests(source.folder, manifestFiles, now);
}

async function gitOf({ config: { git }, skip }: AuditOrder, deps: AuditDeps): Promise<GitFacts | undefined> {
  return git === undefined || skip.has('change-control')
    ? undefined
    : readGit(deps.gitIn(git.repository), git);
}

function tablesOf({ scenarios, generated, world }: Gathered, runs: readonly RunResult[]): TruthTable[] {
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
  { exceptions, scenarios, generated, git }: Gathered,
): AuditInputFile[] {
  const given = generated === undefined ? scenarios : [];
  return [
    ...(file ? [{ role: 'configuration' as const, name: file.name, digest: file.digest }] : []),
    ...(exceptions.file ? [{ role: 'exceptions' as const, ...exceptions.file }] : []),
    ...given.map(({ scenario }) => ({
      role: 'scenario' as const,
      name: scenario.file,
      digest: scenario.digest,
    })),
    ...(git ? [{ role: 'git' as const, name: git.repository, digest: git.head }] : []),
  ];
}

/** Of a repository its commit says enough. */
async function inputTexts(
  inputs: readonly AuditInputFile[],
  { files }: AuditDeps,
): Promise<EvidenceInput['inputs']> {
  return Promise.all(
    inputs
      .filter(({ role }) => role !== 'git')
      .map(async ({ name }) => ({ name, text: new TextDecoder().decode(await files.read(name)) })),
  );
}

function evidenceOf(
  result: AuditResult,
  { snapshot, scenarios, generated, git }: Gathered,
  { preflight, runs }: Probed,
  inputs: EvidenceInput['inputs'],
): EvidenceInput {
  return {
    result,
    snapshot,
    runs,
    scenarios,
    inputs,
    ...(generated && { generated: generated.text }),
    ...(git && { git }),
    raw: preflight === undefined ? {} : { preflight },
  };
}
