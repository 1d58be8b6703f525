/** Policies as evidence: which ones, in which version, and what happened to them while probes ran. */
import { createHash } from 'node:crypto';
import type { Position } from '../model/errors.ts';
import type { PolicyManifest } from '../model/scenario.ts';
import type { PolicyFact } from '../model/record.ts';
import type { Manifest } from '../policy/manifest.ts';
import type { Gap } from './reading.ts';

/** @param own the scenario's, which say where they are written */
export function policyFacts(
  policies: readonly Manifest[],
  own: readonly PolicyManifest[],
): readonly PolicyFact[] {
  const origins = new Map<string, Position>(
    own.map(({ manifest: { metadata }, position }) => [`${metadata.namespace}/${metadata.name}`, position]),
  );
  return policies.map(({ apiVersion, kind, metadata, spec }) => {
    const { name, namespace = '', uid = '', resourceVersion = '' } = metadata;
    const origin = apiVersion === 'networking.k8s.io/v1' ? origins.get(`${namespace}/${name}`) : undefined;
    return {
      apiVersion,
      kind,
      namespace,
      name,
      uid,
      resourceVersion,
      digest: digestOf(spec),
      ...(origin === undefined ? {} : { origin }),
    };
  });
}

/** Equal for specs that say the same in another order of fields. */
export function digestOf(spec: unknown): string {
  const text = JSON.stringify(spec ?? {}, (_, value: unknown) => (isMap(value) ? sorted(value) : value));
  return createHash('sha256').update(text).digest('hex');
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(map: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Policies that are not what they were: predictions that they may concern are only likely. */
export function changesBetween(before: readonly Manifest[], after: readonly Manifest[]): readonly Gap[] {
  const [was, is] = [byName(before), byName(after)];
  const gone = [...was].filter(([name]) => !is.has(name)).map(([, policy]) => [policy, 'deleted'] as const);
  const fresh = [...is].filter(([name]) => !was.has(name)).map(([, policy]) => [policy, 'created'] as const);
  const changed = [...is].flatMap(([name, policy]) => {
    const old = was.get(name);
    return old === undefined || version(old) === version(policy) ? [] : [[policy, 'changed'] as const];
  });
  return [...gone, ...fresh, ...changed].map(
    ([
      {
        kind,
        metadata: { namespace, name = '' },
      },
      what,
    ]) => ({
      ...(namespace === undefined ? {} : { namespace }),
      effect: 'doubt',
      why: `${kind} ${namespace === undefined ? name : `${namespace}/${name}`} was ${what} while probes ran`,
    }),
  );
}

function byName(policies: readonly Manifest[]): ReadonlyMap<string, Manifest> {
  return new Map(
    policies.map((policy) => [
      JSON.stringify([policy.apiVersion, policy.kind, policy.metadata.namespace, policy.metadata.name]),
      policy,
    ]),
  );
}

function version({ metadata: { uid, resourceVersion } }: Manifest): string {
  return `${uid}/${resourceVersion}`;
}
