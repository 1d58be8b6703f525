import { count } from '../../report/text.ts';
import type { Check } from '../check.ts';
import { policyCounts } from './namespace-coverage.ts';

export const criticalNamespaces: Check = {
  id: 'critical-namespaces',
  step: 3,
  title: 'Every sampled critical namespace has a policy',
  rules: { 'critical-namespace-without-policy': 'A namespace of the sample has no NetworkPolicy.' },
  run({ snapshot, sample }) {
    if (sample.namespaces.length === 0) {
      return { kind: 'inconclusive', because: 'no namespace is known that could be sampled' };
    }
    const counts = policyCounts(snapshot);
    const bare = sample.namespaces.filter(({ namespace }) => !counts.has(namespace));
    return {
      kind: 'examined',
      because: `sampled with seed ${sample.seed}: ${sample.namespaces.length} of ${count(sample.population, 'namespace')}`,
      findings: bare.map(({ namespace, chosen }) => ({
        rule: 'critical-namespace-without-policy',
        severity: 'fail',
        subject: { kind: 'Namespace', name: namespace },
        message: `namespace ${namespace} (${chosen} for the sample) has no NetworkPolicy`,
      })),
      evidence: [
        {
          title: 'Sample',
          columns: ['Namespace', 'Chosen', 'Score', 'Exposure', 'Because', 'Policies'],
          rows: sample.namespaces.map(({ namespace, chosen, score, exposure, reasons }) => [
            namespace,
            chosen,
            String(score),
            exposure.join(', '),
            reasons.join('; '),
            String(counts.get(namespace) ?? 0),
          ]),
        },
      ],
    };
  },
};
