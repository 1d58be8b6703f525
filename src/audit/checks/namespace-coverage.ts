import type { Severity } from '../../model/audit.ts';
import { count } from '../../report/text.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { Check, CheckInput, Found } from '../check.ts';
import { isNamed } from '../config/choose.ts';

export const namespaceCoverage: Check = {
  id: 'namespace-coverage',
  step: 5,
  title: 'Every namespace has a policy',
  rules: { 'namespace-without-policy': 'A namespace has no NetworkPolicy (CIS 5.3.2).' },
  run(input) {
    const { namespaces } = input.snapshot;
    if (namespaces.length === 0) {
      return { kind: 'inconclusive', because: 'no namespace is known: their manifests are not there' };
    }
    const counts = policyCounts(input.snapshot);
    const bare = namespaces.filter(({ metadata }) => !counts.has(metadata.name));
    return {
      kind: 'examined',
      because: `of ${count(namespaces.length, 'namespace')} ${namespaces.length - bare.length} have at least one NetworkPolicy`,
      findings: bare.flatMap(({ metadata: { name }, where }): Found[] => {
        const severity = severityIn(name, 'fail', input);
        const message = `namespace ${name} has no NetworkPolicy: all traffic into and out of its pods is allowed`;
        const subject = { kind: 'Namespace', name };
        return severity === undefined
          ? []
          : [{ rule: 'namespace-without-policy', severity, subject, message, where }];
      }),
      evidence: [
        {
          title: 'Namespaces and their policies',
          columns: ['Namespace', 'System', 'Exposure', 'Policies'],
          rows: namespaces.map(({ metadata: { name } }) => [
            name,
            isNamed(name, input.config.system) ? 'yes' : 'no',
            (input.stakes.get(name)?.exposure ?? []).join(', '),
            String(counts.get(name) ?? 0),
          ]),
        },
      ],
    };
  },
};

/** NetworkPolicies by namespace; namespaces without any are not in it. */
export function policyCounts({ policies }: Snapshot): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { metadata } of policies) {
    const namespace = metadata.namespace ?? 'default';
    counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
  }
  return counts;
}

/** What a gap does that is demanded so; in a system namespace at most what is demanded there. Undefined: nothing. */
export function severityIn(
  namespace: string,
  demand: 'fail' | 'warn' | 'ignore',
  { config }: Pick<CheckInput, 'config'>,
): Severity | undefined {
  const limits = isNamed(namespace, config.system) ? [demand, config.coverage.system] : [demand];
  if (limits.includes('ignore')) return undefined;
  return limits.includes('warn') ? 'warn' : 'fail';
}
