/** The files of an evidence folder, as path and content; nothing is written here. */
import { basename } from 'node:path';
import type { AuditResult } from '../../model/audit.ts';
import type { RunResult } from '../../model/result.ts';
import type { Loaded } from '../../plan/plan.ts';
import { AUDIT_FORMATS, type AuditFormat } from '../../report/audit/format.ts';
import { toJson, toYaml } from '../../report/data.ts';
import { FORMATS } from '../../report/format.ts';
import { isMap } from '../../snapshot/keep.ts';
import type { KubeObject, Snapshot } from '../../snapshot/snapshot.ts';
import type { GitFacts } from '../git/facts.ts';
import { guardrailFiles } from '../remedy/guardrails.ts';
import { remediationFiles } from '../remedy/manifests.ts';
import { fileName } from '../remedy/remedy.ts';
import type { EvidenceFile } from './file.ts';

export interface EvidenceInput {
  readonly result: AuditResult;
  readonly snapshot: Snapshot;
  readonly runs: readonly RunResult[];
  readonly scenarios: readonly Loaded[];
  /** Configuration, exceptions and scenarios as they were. */
  readonly inputs: readonly { readonly name: string; readonly text: string }[];
  /** The scenario that was made up, if one was. */
  readonly generated?: string;
  readonly git?: GitFacts;
  /** Whatever else was recorded, by name. */
  readonly raw: Readonly<Record<string, object>>;
}

const REPORTS: readonly (readonly [path: string, format: AuditFormat])[] = [
  ['result.json', 'json'],
  ['result.sarif', 'sarif'],
  ['junit.xml', 'junit'],
  ['report.md', 'markdown'],
  ['report.html', 'html'],
  ['oscal-assessment-results.json', 'oscal'],
];

export async function evidenceFiles(input: EvidenceInput): Promise<EvidenceFile[]> {
  const { result, snapshot, generated } = input;
  return distinct([
    ...(await reports(result)),
    ...[...snapshot.policies, ...snapshot.otherPolicies].map(manifestFile),
    ...(await rawFiles(input)),
    ...input.inputs.map(({ name, text }) => ({ path: `inputs/${fileName(basename(name))}`, content: text })),
    ...(generated === undefined ? [] : [{ path: 'scenarios/generated-scenario.yaml', content: generated }]),
    ...remediationFiles(result, input.scenarios),
    ...guardrailFiles(),
    { path: 'README.txt', content: README },
  ]);
}

async function reports(result: AuditResult): Promise<EvidenceFile[]> {
  const options = { wide: true, color: false, unicode: true, width: 120 };
  const files: EvidenceFile[] = [];
  for (const [path, format] of REPORTS) {
    const render = await AUDIT_FORMATS[format]();
    files.push({ path, content: render(result, options) });
  }
  return files;
}

/** As a person would have written it: what only the server writes stays in the inventory. */
function manifestFile({ apiVersion, kind, metadata, spec }: KubeObject): EvidenceFile {
  const { name, namespace, labels, annotations } = metadata;
  const kept = Object.entries(annotations ?? {}).filter(
    ([key]) => key !== 'kubectl.kubernetes.io/last-applied-configuration',
  );
  const manifest = {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace,
      labels,
      ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }),
    },
    ...(isMap(spec) && { spec }),
  };
  const folder = namespace === undefined ? 'cluster-wide' : fileName(namespace);
  const group = apiVersion.startsWith('networking.k8s.io/')
    ? ''
    : `${fileName(apiVersion.split('/')[0] ?? '')}-`;
  return {
    path: `manifests/${folder}/${group}${fileName(kind).toLowerCase()}-${fileName(name)}.yaml`,
    content: toYaml(withoutAbsent(manifest)),
  };
}

function withoutAbsent(object: object): object {
  return JSON.parse(JSON.stringify(object)) as object;
}

async function rawFiles({ runs, snapshot, git, raw }: EvidenceInput): Promise<EvidenceFile[]> {
  const json = await FORMATS.json();
  const options = { wide: true, color: false, unicode: true, width: 120 };
  return [
    ...runs.map((run) => ({
      path: `raw/run-${fileName(run.record.scenario.name)}-${fileName(run.record.runId)}.json`,
      content: json(run, options),
    })),
    { path: 'raw/inventory.json', content: toJson(inventoryOf(snapshot)) },
    ...(git === undefined ? [] : [{ path: 'raw/git.json', content: toJson(gitRecord(git)) }]),
    ...Object.entries(raw).map(([name, object]) => ({
      path: `raw/${fileName(name)}.json`,
      content: toJson(object),
    })),
  ];
}

/** What was looked at, by identity: enough to see later that it was this object in this version. */
function inventoryOf({ takenAt, source, unread, mistakes, ...lists }: Snapshot): object {
  const identity = ({ apiVersion, kind, metadata }: KubeObject): object => {
    const { namespace, name, uid, resourceVersion, labels } = metadata;
    return { apiVersion, kind, namespace, name, uid, resourceVersion, labels };
  };
  return {
    takenAt: new Date(takenAt).toISOString(),
    source,
    unread,
    mistakes: mistakes.map(({ what, why, where }) => ({ what, why, where })),
    ...Object.fromEntries(Object.entries(lists).map(([name, objects]) => [name, objects.map(identity)])),
  };
}

function gitRecord({ manifests, commits, ...facts }: GitFacts): object {
  return {
    ...facts,
    manifests: manifests.map(({ where, namespace, name }) => ({ where, namespace, name })),
    commits: Object.fromEntries(commits),
  };
}

/** Two names may become one where characters were replaced. */
function distinct(files: readonly EvidenceFile[]): EvidenceFile[] {
  const taken = new Set<string>();
  return files.map(({ path, content }) => {
    let free = path;
    for (let n = 2; taken.has(free.toLowerCase()); n++) free = path.replace(/(\.[a-z]+)?$/, `-${n}$1`);
    taken.add(free.toLowerCase());
    return { path: free, content };
  });
}

const README = `Evidence of an audit by netproof.

report.html                     the whole audit as one page; needs no network
report.md, result.json, result.sarif, junit.xml, oscal-assessment-results.json
                                the same for tickets, programs, code hosts, CI and GRC tools
manifests/                      every policy as it was, one file each
inputs/                         configuration, exceptions and scenarios as they were
raw/                            what was recorded: runs with every attempt, the inventory, the commits
scenarios/                      the scenario that was made up, if none was given
remediation/, guardrails/       ready manifests; netproof applies none of them
SHA256SUMS                      the digest of every other file: sha256sum -c SHA256SUMS
SHA256SUMS.sig, signer.pem      Ed25519 signature of SHA256SUMS and the public key, if the audit was signed

netproof verify-evidence DIR    names files that are missing, changed or added, and checks the signature
`;
