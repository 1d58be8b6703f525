import type { Evidence } from '../../model/audit.ts';
import { directionsOf, policyTypeOf } from '../../policy/network-policy.ts';
import { count } from '../../report/text.ts';
import { listAt, mapAt } from '../../snapshot/keep.ts';
import { type KubeObject, nameOf, type PolicyObject, type Snapshot } from '../../snapshot/snapshot.ts';
import type { Check, CheckInput, Found } from '../check.ts';

export const inventory: Check = {
  id: 'inventory',
  step: 2,
  title: 'All policies are listed and exported',
  rules: {
    unreadable: 'Something that belongs to the picture could not be read.',
    'invalid-manifest': 'A policy manifest says something that the API would refuse or drop.',
    'unevaluated-policy': 'A policy of a network plugin’s own kind is listed, but not evaluated.',
  },
  run(input) {
    const { policies, otherPolicies } = input.snapshot;
    return {
      kind: 'examined',
      because: `${words(policies.length)} and ${count(otherPolicies.length, 'policy', 'policies')} of other kinds were read`,
      findings: [
        ...unreadable(input.snapshot),
        ...mistaken(input.snapshot),
        ...refused(input),
        ...unevaluated(input),
      ],
      evidence: [policyTable(policies), ...(otherPolicies.length > 0 ? [otherTable(otherPolicies)] : [])],
    };
  },
};

function unreadable({ unread }: Snapshot): Found[] {
  return unread.map(({ what, why, where }) => ({
    rule: 'unreadable',
    severity: 'inconclusive',
    subject: { kind: 'Source', name: where === undefined ? what : `${what}:${where.line}` },
    message: `${what} could not be read: ${why}`,
    where,
  }));
}

function mistaken({ mistakes }: Snapshot): Found[] {
  return mistakes.map(({ what, why, where }) => ({
    rule: 'invalid-manifest',
    severity: 'fail',
    subject: {
      kind: 'Manifest',
      name: where === undefined ? what : `${where.file}:${where.line}:${where.column}`,
    },
    message: `${what}: ${why}`,
    where,
  }));
}

/** The evaluator leaves out what the API would not take; whatever is not told as a mistake yet is one. */
function refused({ snapshot, evaluator }: CheckInput): Found[] {
  const taken = new Set(
    evaluator.world.policies.map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`),
  );
  const told = new Set(snapshot.mistakes.map(({ object }) => object));
  return snapshot.policies
    .filter((policy) => !taken.has(nameOf(policy)) && !told.has(policy))
    .map((policy) => {
      const what = `NetworkPolicy ${nameOf(policy)}`;
      const note =
        evaluator.world.notes.find((each) => each.startsWith(what)) ?? `${what} can’t be evaluated`;
      const { namespace = 'default', name } = policy.metadata;
      const subject = { kind: 'NetworkPolicy', namespace, name };
      return { rule: 'invalid-manifest', severity: 'fail', subject, message: note, where: policy.where };
    });
}

function unevaluated({ evaluator, snapshot }: CheckInput): Found[] {
  return evaluator.world.foreign.map(({ kind, apiVersion, namespace, name }) => ({
    rule: 'unevaluated-policy',
    severity: 'warn',
    subject: { kind, ...(namespace !== undefined && { namespace }), name },
    message: `${kind} (${apiVersion}) is not evaluated: what is said of the pods that it selects is uncertain`,
    where: snapshot.otherPolicies.find(
      ({ metadata, ...other }) =>
        other.kind === kind &&
        other.apiVersion === apiVersion &&
        metadata.name === name &&
        metadata.namespace === namespace,
    )?.where,
  }));
}

function policyTable(policies: readonly PolicyObject[]): Evidence {
  return {
    title: 'NetworkPolicies',
    columns: [
      'Namespace',
      'Name',
      'Pod selector',
      'Types',
      'Ingress rules',
      'Egress rules',
      'Created',
      'UID',
      'Version',
    ],
    rows: policies.map(({ metadata, spec }) => [
      metadata.namespace ?? '',
      metadata.name,
      selectorText(spec?.podSelector),
      directionsOf(spec).map(policyTypeOf).join(', '),
      String(listAt(spec, 'ingress').length),
      String(listAt(spec, 'egress').length),
      metadata.creationTimestamp ?? '',
      metadata.uid ?? '',
      metadata.resourceVersion ?? '',
    ]),
  };
}

function otherTable(policies: readonly KubeObject[]): Evidence {
  return {
    title: 'Policies of other kinds',
    columns: ['Kind', 'API version', 'Namespace', 'Name', 'Created', 'UID', 'Version'],
    rows: policies.map(({ kind, apiVersion, metadata }) => [
      kind,
      apiVersion,
      metadata.namespace ?? '',
      metadata.name,
      metadata.creationTimestamp ?? '',
      metadata.uid ?? '',
      metadata.resourceVersion ?? '',
    ]),
  };
}

/** `1 NetworkPolicy`. */
export function words(policies: number): string {
  return count(policies, 'NetworkPolicy', 'NetworkPolicies');
}

/** As `kubectl get networkpolicies` writes it. */
export function selectorText(selector: unknown): string {
  const labels = Object.entries(mapAt(selector, 'matchLabels')).map(
    ([key, value]) => `${key}=${String(value)}`,
  );
  const expressions = listAt(selector, 'matchExpressions').map((each) => {
    const { key, operator } = each as { readonly key?: unknown; readonly operator?: unknown };
    const values = listAt(each, 'values').map(String).join(',');
    return `${String(key)} ${String(operator)}${values === '' ? '' : ` (${values})`}`;
  });
  return [...labels, ...expressions].join(', ') || 'all pods';
}
