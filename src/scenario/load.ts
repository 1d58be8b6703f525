/** The stage's front door: a path → the scenario and its matrix, or everything that is wrong with it. */
import { createHash } from 'node:crypto';
import { NetproofError } from '../model/errors.ts';
import type { Issue } from '../model/errors.ts';
import type { Matrix } from '../model/matrix.ts';
import type { WorkloadClass } from '../model/plan.ts';
import type { Scenario } from '../model/scenario.ts';
import { standIns } from '../plan/classes.ts';
import { declaredClasses } from '../prediction/classes.ts';
import { misfitsIn } from './check.ts';
import { expand } from './expand.ts';
import type { Files } from './files.ts';
import { readNamespaces } from './namespaces.ts';
import { readPolicies } from './policies.ts';
import { Reading } from './reading.ts';
import { readExpect } from './rules.ts';
import { readAttempt, readPods } from './settings.ts';
import { readTargets } from './targets.ts';
import { decode } from './text.ts';
import { scenarioValidator } from './validators.ts';
import { issue } from './words.ts';
import { readWorkloads } from './workloads.ts';
import { parseYaml } from './yaml.ts';
import type { Document } from './yaml.ts';
import { checkNames, readZones } from './zones.ts';

export interface Loaded {
  readonly scenario: Scenario;
  readonly matrix: Matrix;
  /** Of a scenario that is too large to be expanded without: the matrix is of representatives only. */
  readonly classes?: readonly WorkloadClass[];
}

/**
 * Reads, checks and expands the scenario at `path`; policy files are found relative to its folder.
 *
 * Throws NetproofError `file-unreadable` if the scenario itself can't be read, and `scenario-invalid` with
 * every issue at once, in the order of file and line.
 */
export async function loadScenario(path: string, files: Files): Promise<Loaded> {
  const bytes = await readFile(path, files);
  const decoded = decode(bytes, path);
  if ('issue' in decoded) throw invalid(path, [decoded.issue]);
  const { document, duplicates } = oneDocument(decoded.text, path);
  const reading = new Reading(document, misfitsIn(document, scenarioValidator()));
  reading.issues.push(...duplicates);
  const digest = createHash('sha256').update(bytes).digest('hex');
  return build(reading, path, digest, files);
}

async function readFile(path: string, files: Files): Promise<Uint8Array> {
  try {
    return await files.read(path);
  } catch (cause) {
    throw new NetproofError('file-unreadable', `can't read ${path}: ${reasonOf(cause)}`, { cause });
  }
}

/** Why a file could not be read, in words. */
export function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EISDIR':
      return 'it is a folder';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    default:
      return cause instanceof Error ? cause.message : String(cause);
  }
}

function oneDocument(
  text: string,
  file: string,
): { readonly document: Document; readonly duplicates: readonly Issue[] } {
  const { documents, issues, duplicates } = parseYaml(text, file);
  const [document, second] = documents;
  const all = [...issues];
  if (document === undefined && issues.length === 0) {
    all.push(issue({ file, line: 1, column: 1 }, 'the file has nothing in it'));
  }
  if (second !== undefined) {
    const hint = 'write each scenario into a file of its own';
    all.push(issue(second.at([]), 'a second document begins here: a file holds one scenario', hint));
  }
  if (document === undefined || all.length > 0) throw invalid(file, all);
  return { document, duplicates };
}

async function build(reading: Reading, file: string, digest: string, files: Files): Promise<Loaded> {
  if (reading.isUnusable([])) throw invalid(file, reading.issues);
  checkNames(reading);
  const namespaces = readNamespaces(reading);
  const parts = {
    namespaces,
    workloads: readWorkloads(reading, namespaces),
    targets: readTargets(reading, namespaces),
    zones: readZones(reading),
    policies: await readPolicies(reading, namespaces, file, files),
    attempt: readAttempt(reading),
    pods: readPods(reading),
  };
  const loaded = judgeable(reading) ? join(reading, parts, file, digest) : undefined;
  if (loaded === undefined || reading.issues.length > 0) throw invalid(file, reading.issues);
  return loaded;
}

/** Can anything be said of the rules? Not if what they speak about, or they themselves, can't be read. */
function judgeable(reading: Reading): boolean {
  const sections = [
    ['workloads'],
    ['targets'],
    ['zones'],
    ['expect'],
    ['expect', 'default'],
    ['expect', 'rules'],
  ];
  return sections.every((section) => !reading.isUnusable(section));
}

function join(
  reading: Reading,
  parts: Omit<Scenario, 'name' | 'description' | 'file' | 'digest' | 'expect'>,
  file: string,
  digest: string,
): Loaded {
  const { metadata } = reading.content;
  const { expect, place } = readExpect(reading);
  const scenario: Scenario = {
    name: reading.isBroken(['metadata']) ? '' : metadata.name,
    ...(reading.isBroken(['metadata']) || metadata.description === undefined
      ? {}
      : { description: metadata.description }),
    file,
    digest,
    ...parts,
    expect,
  };
  let classes: readonly WorkloadClass[] | undefined;
  const left = (): ReadonlySet<string> => standIns((classes = declaredClasses(scenario)));
  const { matrix, issues } = expand(scenario, { broken: reading.brokenNames, place, left });
  reading.issues.push(...issues);
  if (matrix.endpoints.length === 0 && reading.brokenNames.size === 0) {
    const message = 'there is nothing to connect to: no workload listens and there is no target';
    reading.report(['workloads'], message, 'give a workload a port, as in listen: [tcp/8080]', 'key');
  }
  return { scenario, matrix, ...(classes && { classes }) };
}

/** More would bury what is on the screen, and the first mistakes often explain the others. */
const MAX_ISSUES = 100;

function invalid(file: string, issues: readonly Issue[]): NetproofError {
  const sorted = issues.toSorted((a, b) => order(a, file) - order(b, file) || byPlace(a, b));
  const count = sorted.length === 1 ? 'one problem' : `${sorted.length} problems`;
  const rest = sorted.length - MAX_ISSUES;
  const shown = sorted.slice(0, MAX_ISSUES);
  if (rest > 0) shown.push({ message: `there are ${rest} more problems in ${file}` });
  return new NetproofError('scenario-invalid', `${file} has ${count}`, { issues: shown });
}

/** The scenario first, then its policy files. */
function order({ position }: Issue, file: string): number {
  return position === undefined || position.file === file ? 0 : 1;
}

function byPlace({ position: a }: Issue, { position: b }: Issue): number {
  if (a === undefined || b === undefined) return 0;
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
