/** A manifest file's text → the NetworkPolicies in it: several documents, Lists, exported objects. */
import type { Issue } from '../model/errors.ts';
import { reservedByNetproof } from './labels.ts';
import { policyIssues, withoutNulls } from './policy-check.ts';
import { issue, quote } from './words.ts';
import { parseYaml } from './yaml.ts';
import type { Document, Path, Value } from './yaml.ts';

export const POLICY_API_VERSION = 'networking.k8s.io/v1';
export const POLICY_KIND = 'NetworkPolicy';

export interface Manifest {
  readonly name: string;
  readonly namespace?: string;
  /** As it is to be created: without what only a server writes. */
  readonly object: {
    readonly apiVersion: typeof POLICY_API_VERSION;
    readonly kind: typeof POLICY_KIND;
    readonly metadata: Readonly<Record<string, unknown>>;
    readonly spec: Readonly<Record<string, unknown>>;
  };
  readonly at: Document['at'];
}

export interface Manifests {
  readonly manifests: readonly Manifest[];
  readonly issues: readonly Issue[];
}

export function parseManifests(text: string, file: string): Manifests {
  const { documents, issues, duplicates } = parseYaml(text, file, '1.1');
  const found: Manifest[] = [];
  const wrong: Issue[] = [...issues, ...duplicates];
  for (const document of documents.flatMap(itemsOf)) {
    const kindIssue = checkKind(document);
    const problems = kindIssue === undefined ? checkPolicy(document) : [kindIssue];
    if (problems.length > 0) wrong.push(...problems);
    else found.push(manifestOf(document));
  }
  if (documents.length === 0 && issues.length === 0) {
    wrong.push(issue({ file, line: 1, column: 1 }, 'the file has no manifest'));
  }
  return { manifests: found, issues: wrong };
}

/** The items of a List, which may leave out what its own kind says. */
function itemsOf(document: Document): Document[] {
  const list = document.value;
  if (!isMap(list) || (list['kind'] !== 'List' && list['kind'] !== 'NetworkPolicyList')) return [document];
  const items = list['items'] ?? [];
  if (!Array.isArray(items)) return [document];
  const implied = list['kind'] === 'List' ? {} : { apiVersion: POLICY_API_VERSION, kind: POLICY_KIND };
  return items.map((item: Value, index): Document => ({
    value: isMap(item) ? { ...implied, ...item } : item,
    at: (path, part, within) => document.at(['items', index, ...path], part, within),
  }));
}

function checkKind({ value, at }: Document): Issue | undefined {
  const only = `only ${POLICY_KIND} (${POLICY_API_VERSION}) is applied`;
  if (!isMap(value)) return issue(at([]), `this is no Kubernetes manifest: ${only}`);
  const { apiVersion, kind } = value as { readonly apiVersion?: Value; readonly kind?: Value };
  if (typeof kind !== 'string' || typeof apiVersion !== 'string') {
    return issue(at([]), `this has no apiVersion and kind: ${only}`);
  }
  if (kind === POLICY_KIND && apiVersion === POLICY_API_VERSION) return undefined;
  const path = kind === POLICY_KIND ? ['apiVersion'] : ['kind'];
  return issue(
    at(path),
    `this is a ${quote(kind).slice(1, -1)} (${quote(apiVersion).slice(1, -1)}): ${only}`,
  );
}

function checkPolicy(document: Document): Issue[] {
  const issues = policyIssues(document);
  if (issues.length > 0) return issues;
  const { metadata } = document.value as { readonly metadata: { readonly labels?: Record<string, string> } };
  for (const key of Object.keys(metadata.labels ?? {})) {
    const why = reservedByNetproof(key);
    if (why === undefined) continue;
    const position = document.at(['metadata', 'labels', key], 'key');
    issues.push(issue(position, `label ${quote(key)} is reserved: ${why}`));
  }
  return issues;
}

interface CheckedPolicy {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Of an exported object's metadata, the rest (uid, resourceVersion, owners, finalizers) belongs to the original. */
function manifestOf(document: Document): Manifest {
  const { metadata, spec } = withoutNulls(document.value) as unknown as CheckedPolicy;
  const { name, namespace, labels, annotations } = metadata;
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    object: {
      apiVersion: POLICY_API_VERSION,
      kind: POLICY_KIND,
      metadata: { ...(labels && { labels }), ...(annotations && { annotations }) },
      spec,
    },
    at: (path: Path, part, within) => document.at(path, part, within),
  };
}

function isMap(value: Value): value is { readonly [key: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
