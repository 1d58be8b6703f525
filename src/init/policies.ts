/** The policies that a scenario brings along, as a file of their own. */
import type { V1NetworkPolicy } from '../cluster/types.ts';
import { toYaml } from '../report/data.ts';
import { visible } from '../report/escape.ts';
import { reservedByNetproof } from '../scenario/labels.ts';

export function writePolicies(policies: readonly V1NetworkPolicy[], source: string): string {
  return [
    `## The NetworkPolicies of ${visible(source)}, as netproof init read them.\n`,
    ...policies.map((policy) => `---\n${toYaml(manifestOf(policy))}`),
  ].join('');
}

/** Without what only a server writes; to Kubernetes a field that is null is not there. */
function manifestOf({ metadata, spec }: V1NetworkPolicy): object {
  const labels = Object.entries(metadata?.labels ?? {}).filter(
    ([key]) => reservedByNetproof(key) === undefined,
  );
  const manifest = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: {
      name: metadata?.name,
      namespace: metadata?.namespace,
      ...(labels.length > 0 && { labels: Object.fromEntries(labels) }),
    },
    spec,
  };
  return JSON.parse(JSON.stringify(manifest)) as object;
}
