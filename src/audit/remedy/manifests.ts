/** Ready policies for every namespace with a gap: default deny, DNS, and what the intended matrix needs. */
import type { AuditResult } from '../../model/audit.ts';
import { type PortSpec, type Target, type Workload } from '../../model/scenario.ts';
import type { Loaded } from '../../plan/plan.ts';
import { toYaml } from '../../report/data.ts';
import { visible } from '../../report/escape.ts';
import type { EvidenceFile } from '../evidence/file.ts';
import { remedyPath } from './remedy.ts';

/** One file per namespace that a finding names as mended by it. */
export function remediationFiles(
  { findings, name }: Pick<AuditResult, 'findings' | 'name'>,
  scenarios: readonly Loaded[],
): EvidenceFile[] {
  const namespaces = new Map(
    findings.flatMap(({ remedy, subject, system }) => {
      if (remedy === undefined) return [];
      return [
        [subject.kind === 'Namespace' ? subject.name : (subject.namespace ?? 'default'), system] as const,
      ];
    }),
  );
  return [...namespaces].map(([namespace, system]) => ({
    path: remedyPath(namespace),
    content: [
      `# Proposed by netproof audit ${visible(name)} for namespace ${visible(namespace)}; not applied.`,
      '# Look at it, try it on a copy, and apply the allowing policies before the denying one:',
      '# from then on everything that no rule allows is cut off.',
      ...(system ? SYSTEM_WARNING : []),
      ...manifestsFor(namespace, scenarios).map((manifest) => `---\n${toYaml(manifest).trimEnd()}`),
      '',
    ].join('\n'),
  }));
}

const SYSTEM_WARNING: readonly string[] = [
  '# THIS IS A SYSTEM NAMESPACE: what its pods need is not known here, and cutting it off can stop the cluster.',
  '# Allow that first (webhooks, metrics, the API server), or have the finding approved as an exception.',
];

export function manifestsFor(namespace: string, scenarios: readonly Loaded[]): object[] {
  return [
    ...scenarios.flatMap((loaded) => intended(namespace, loaded)),
    ...(namespace === DNS.namespace ? [serveDns()] : []),
    allowDns(namespace),
    defaultDeny(namespace),
  ];
}

function policy(namespace: string, name: string, spec: object): object {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace },
    spec,
  };
}

export function defaultDeny(namespace: string): object {
  return policy(namespace, 'default-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
}

/** The cluster's DNS as kubeadm and most distributions label it. */
const DNS = {
  namespace: 'kube-system',
  labels: { 'k8s-app': 'kube-dns' },
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
};

/** Pods, nodes and whoever else asks it; it asks resolvers outside, and the API server by its address. */
function serveDns(): object {
  const api = [443, 6443].map((port) => ({ protocol: 'TCP', port }));
  return policy(DNS.namespace, 'cluster-dns', {
    podSelector: { matchLabels: DNS.labels },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ ports: DNS.ports }],
    egress: [{ ports: [...DNS.ports, ...api] }],
  });
}

export function allowDns(namespace: string): object {
  return policy(namespace, 'allow-dns', {
    podSelector: {},
    policyTypes: ['Egress'],
    egress: [
      {
        to: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': DNS.namespace } },
            podSelector: { matchLabels: DNS.labels },
          },
        ],
        ports: DNS.ports,
      },
    ],
  });
}

/** The allowed pairs of a scenario that begin or end in the namespace, a policy per workload and direction. */
function intended(namespace: string, { scenario, matrix }: Loaded): object[] {
  const workloads = new Map(scenario.workloads.map((workload) => [workload.name, workload] as const));
  const targets = new Map(scenario.targets.map((target) => [target.name, target] as const));
  const allowed = matrix.cells.filter(({ expect }) => expect === 'allow');
  const mine = scenario.workloads.filter(
    (workload) => workload.namespace === namespace && Object.keys(workload.labels).length > 0,
  );
  return mine.flatMap((workload) => {
    const ingress = allowed.flatMap(({ source, endpoint }) => {
      const from = workloads.get(source);
      if (endpoint.destination !== workload.name || from === undefined) return [];
      return [{ from: [peerOf(from)], ports: [portOf(endpoint.port)] }];
    });
    const egress = allowed.flatMap(({ source, endpoint }) => {
      const to = workloads.get(endpoint.destination);
      const target = targets.get(endpoint.destination);
      const peer = to ? peerOf(to) : target && peerOfTarget(target);
      if (source !== workload.name || peer === undefined) return [];
      return [{ to: [peer], ports: [portOf(endpoint.port)] }];
    });
    return [
      ...(ingress.length > 0 ? [allowing(workload, 'Ingress', { ingress })] : []),
      ...(egress.length > 0 ? [allowing(workload, 'Egress', { egress })] : []),
    ];
  });
}

function allowing({ namespace, name, labels }: Workload, type: 'Ingress' | 'Egress', rules: object): object {
  return policy(namespace, `${name}-${type.toLowerCase()}`, {
    podSelector: { matchLabels: labels },
    policyTypes: [type],
    ...rules,
  });
}

function peerOf({ namespace, labels }: Workload): object {
  return {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    podSelector: Object.keys(labels).length > 0 ? { matchLabels: labels } : {},
  };
}

/** Names and Services are not peers of a NetworkPolicy: who is behind them is for a person to say. */
function peerOfTarget(target: Target): object | undefined {
  switch (target.kind) {
    case 'host':
      if (/^[0-9.]+$/.test(target.host)) return { ipBlock: { cidr: `${target.host}/32` } };
      return target.host.includes(':') ? { ipBlock: { cidr: `${target.host}/128` } } : undefined;
    case 'pods':
      return {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': target.namespace } },
        podSelector: { matchLabels: target.selector },
      };
    case 'service':
    case 'dns':
      return undefined;
  }
}

function portOf({ protocol, port }: PortSpec): object {
  return { protocol: protocol === 'udp' || protocol === 'dns' ? 'UDP' : 'TCP', port };
}
