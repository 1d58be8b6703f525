import type { Evidence } from '../../model/audit.ts';
import { isMap } from '../../snapshot/keep.ts';
import { type ManagedFields, nameOf, type PolicyObject } from '../../snapshot/snapshot.ts';
import type { Check, CheckInput, Found } from '../check.ts';
import { keeperOf, keeperText } from '../ownership.ts';
import { words as policyWords } from './inventory.ts';

/** Programs that people change a live object with by hand, as the API server names them in managedFields. */
const BY_HAND = /^(kubectl-(edit|patch|replace|set)|k9s|lens|Mozilla|openlens|rancher|octant|headlamp)/i;
/** `kubectl apply` and `kubectl create`: perhaps a person's, perhaps a pipeline's. */
const APPLIED = /^kubectl(-client-side-apply|-create)?$/;

export const manualEdits: Check = {
  id: 'manual-edits',
  step: 7,
  title: 'Nobody changed a live policy by hand',
  rules: {
    'edited-by-hand': 'A person’s tool wrote the spec of a live policy.',
    'applied-with-kubectl': 'kubectl wrote the spec of a live policy, and no delivery tool keeps it.',
  },
  run({ snapshot: { policies } }: CheckInput) {
    const known = policies.filter(({ metadata }) => (metadata.managedFields ?? []).length > 0);
    if (known.length === 0) {
      return {
        kind: 'not-applicable',
        because:
          policies.length === 0
            ? 'there is no NetworkPolicy'
            : 'the policies have no managedFields (kubectl exports them with --show-managed-fields)',
      };
    }
    return {
      kind: 'examined',
      because: `managedFields of ${policyWords(known.length)} tell who wrote them last`,
      findings: known.flatMap(findings),
      evidence: [table(known)],
    };
  },
};

function findings(policy: PolicyObject): Found[] {
  const writers = specWriters(policy);
  const { namespace = 'default', name } = policy.metadata;
  const subject = { kind: 'NetworkPolicy', namespace, name };
  const byHand = writers.filter(({ manager = '' }) => BY_HAND.test(manager));
  if (byHand.length > 0) {
    const message = `NetworkPolicy ${nameOf(policy)} was changed by hand: ${byHand.map(words).join(', ')}`;
    return [{ rule: 'edited-by-hand', severity: 'fail', subject, message, where: policy.where }];
  }
  const applied = writers.filter(({ manager = '' }) => APPLIED.test(manager));
  if (applied.length === 0 || keeperOf(policy) !== undefined) return [];
  const message = `NetworkPolicy ${nameOf(policy)} was applied with kubectl, by a person or a script: ${applied.map(words).join(', ')}`;
  return [{ rule: 'applied-with-kubectl', severity: 'warn', subject, message, where: policy.where }];
}

function specWriters({ metadata }: PolicyObject): readonly ManagedFields[] {
  return (metadata.managedFields ?? []).filter(({ fieldsV1 }) => isMap(fieldsV1) && 'f:spec' in fieldsV1);
}

function words({ manager = 'unknown', time }: ManagedFields): string {
  return time === undefined ? manager : `${manager} at ${time}`;
}

function table(policies: readonly PolicyObject[]): Evidence {
  return {
    title: 'Who wrote the policies',
    columns: ['Namespace', 'Policy', 'Spec written by', 'Kept by'],
    rows: policies.map((policy) => [
      policy.metadata.namespace ?? '',
      policy.metadata.name,
      specWriters(policy).map(words).join(', '),
      keeperText(policy),
    ]),
  };
}
