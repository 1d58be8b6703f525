/** Policy files → NetworkPolicies to apply for the run, each into a namespace that the run creates. */
import { basename, dirname } from 'node:path';
import type { Issue, Position } from '../model/errors.ts';
import type { NamespaceSpec, PolicyManifest } from '../model/scenario.ts';
import type { Files } from './files.ts';
import { parseManifests } from './manifests.ts';
import type { Manifest } from './manifests.ts';
import type { Reading } from './reading.ts';
import { decode } from './text.ts';
import { didYouMean, issue, quote } from './words.ts';

/** More come from a glob that went astray. */
const MAX_FILES = 1000;

export async function readPolicies(
  reading: Reading,
  namespaces: readonly NamespaceSpec[],
  file: string,
  files: Files,
): Promise<PolicyManifest[]> {
  const found = await findFiles(reading, dirname(file), files);
  const policies: PolicyManifest[] = [];
  const places = new Map<string, Position>();
  for (const [path, patternAt] of found) {
    const { manifests, issues } = await readManifests(path, patternAt, files);
    reading.issues.push(...issues);
    for (const manifest of manifests) {
      const policy = policyOf(manifest, namespaces, reading);
      if (policy === undefined) continue;
      const { name, namespace } = policy.manifest.metadata;
      const earlier = places.get(`${namespace}/${name}`);
      if (earlier === undefined) {
        places.set(`${namespace}/${name}`, policy.position);
        policies.push(policy);
      } else {
        const message = `NetworkPolicy ${namespace}/${name} is here twice: first at ${earlier.file}:${earlier.line}`;
        reading.reportAt(manifest.at(['metadata', 'name']), message);
      }
    }
  }
  return policies;
}

/** Files by path, each with the place of the first pattern that matched it. */
async function findFiles(reading: Reading, base: string, files: Files): Promise<Map<string, Position>> {
  const found = new Map<string, Position>();
  if (reading.isUnusable(['policies'])) return found;
  for (const [index, pattern] of (reading.content.policies ?? []).entries()) {
    const path = ['policies', index];
    if (reading.isBroken(path)) continue;
    const matched = await files.glob(pattern, base);
    if (matched.length === 0) await reportNoFile(pattern, path, base, reading, files);
    for (const each of matched) if (!found.has(each)) found.set(each, reading.at(path));
    if (found.size > MAX_FILES) {
      reading.report(path, `${quote(pattern)} matches more than ${MAX_FILES} files`);
      return new Map();
    }
  }
  return found;
}

async function reportNoFile(
  pattern: string,
  path: readonly (string | number)[],
  base: string,
  reading: Reading,
  files: Files,
): Promise<void> {
  const isGlob = /[*?]/.test(pattern);
  const folder = dirname(pattern);
  const neighbours = isGlob ? [] : await files.glob(`${folder}/*`, base);
  const prefix = folder === '.' ? '' : `${folder}/`;
  const hint = didYouMean(
    pattern,
    neighbours.map((neighbour) => `${prefix}${basename(neighbour)}`),
  );
  const message = isGlob ? `${quote(pattern)} matches no file` : `there is no file ${quote(pattern)}`;
  reading.report(path, message, hint ?? `paths are relative to the scenario's folder`);
}

async function readManifests(
  path: string,
  patternAt: Position,
  files: Files,
): Promise<{ readonly manifests: readonly Manifest[]; readonly issues: readonly Issue[] }> {
  let bytes: Uint8Array;
  try {
    bytes = await files.read(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { manifests: [], issues: [issue(patternAt, `can't read ${path}: ${why}`)] };
  }
  const decoded = decode(bytes, path);
  return 'issue' in decoded ? { manifests: [], issues: [decoded.issue] } : parseManifests(decoded.text, path);
}

function policyOf(
  { name, namespace, object, at }: Manifest,
  namespaces: readonly NamespaceSpec[],
  reading: Reading,
): PolicyManifest | undefined {
  const created = namespaces.filter((each) => each.create).map((each) => each.name);
  const only = created.length === 1 ? created[0] : undefined;
  const chosen = namespace ?? only;
  if (chosen === undefined) {
    const hint = `add metadata.namespace${created.length > 1 ? `: ${created.join(' or ')}` : ''}`;
    reading.reportAt(at(['metadata'], 'key'), 'this policy has no namespace', hint);
    return undefined;
  }
  const broken = reading.names('namespaces').includes(chosen) && reading.isBroken(['namespaces', chosen]);
  if (!created.includes(chosen) && !broken && !reading.isUnusable(['namespaces'])) {
    const message = `${quote(chosen)} is not created by the run, and policies are applied only to namespaces that are`;
    const hint = didYouMean(chosen, created) ?? 'declare the namespace with create: true';
    reading.reportAt(at(['metadata', 'namespace']), message, hint);
    return undefined;
  }
  const { metadata, ...rest } = object;
  return {
    position: at([]),
    manifest: { ...rest, metadata: { ...metadata, name, namespace: chosen } },
  };
}
