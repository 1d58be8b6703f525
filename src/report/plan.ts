/** What `--dry-run` prints: what would be created, what would be probed, how long it takes, and the rights it needs. */
import type { Cell } from '../model/matrix.ts';
import type { Plan } from '../model/plan.ts';
import { type NamespaceSpec, type PortSpec, portKey, type Target, type Workload } from '../model/scenario.ts';
import { visible } from './escape.ts';
import { groupBy } from './group.ts';
import { rbacManifests } from './rbac.ts';
import { alignColumns, count, duration, grouped } from './text.ts';

/** Of more only the number is told. */
const MOST_PAIRS = 5000;

export function describePlan(plan: Plan): string {
  const sections = [
    [`${plan.scenario.name} (${plan.scenario.file}): dry run, nothing was touched`],
    createdLines(plan),
    existingLines(plan),
    targetLines(plan.scenario.targets),
    classLines(plan),
    probeLines(plan),
    [estimateLine(plan)],
  ];
  const text = sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map(visible).join('\n'))
    .join('\n\n');
  return `${text}\n\nRights that the run needs:\n\n${rbacManifests(plan.rbac)}`;
}

function createdLines(plan: Plan): string[] {
  return [
    'Would be created, and removed after the run:',
    plan.control.create
      ? `  namespace ${plan.control.name} (a new name each run): the preflight's canary and the control pods; where policies have namespaceSelectors, one beside it`
      : `  in namespace ${plan.control.name}, which stays: the preflight's canary and the control pods`,
    ...plan.created.flatMap((namespace) => namespaceLines(namespace, plan)),
  ];
}

function existingLines(plan: Plan): string[] {
  if (plan.existing.length === 0) return [];
  return [
    'Would be put into namespaces that exist, and removed after the run; nothing of yours is changed:',
    ...plan.existing.flatMap((namespace) => namespaceLines(namespace, plan)),
  ];
}

function namespaceLines({ name, labels }: NamespaceSpec, plan: Plan): string[] {
  const policies = plan.policies.filter(({ manifest }) => manifest.metadata.namespace === name);
  const workloads = plan.scenario.workloads.filter(({ namespace }) => namespace === name);
  const pods = workloads.flatMap((workload) => podRows(workload, plan));
  return [
    `  namespace ${name}${labelWords(labels)}`,
    ...(pods.length > 0 ? ['    ConfigMap that owns the pods, so that they go when it goes'] : []),
    ...policies.map(
      ({ manifest, position }) =>
        `    ${manifest.kind} ${manifest.metadata.name} from ${position.file}:${position.line}`,
    ),
    ...alignColumns(pods).map((row) => `    ${row}`),
  ];
}

function podRows(workload: Workload, plan: Plan): string[][] {
  const row = (role: string, what: string): string[] => [`${role} pod`, workload.name, what];
  const identity = identityWords(workload);
  return [
    ...(plan.listeners.includes(workload)
      ? [row('listener', `${portList(workload.listen)}${identity}`)]
      : []),
    ...(plan.probers.includes(workload) ? [row('prober', identity.trimStart())] : []),
  ];
}

function identityWords({ labels, serviceAccount, like, placement }: Workload): string {
  const account = serviceAccount === undefined ? '' : `, service account ${serviceAccount}`;
  const copied = like === undefined ? '' : ` like ${like.kind}/${like.name}`;
  return `${copied}${labelWords(labels)}${account}${placementWords(placement)}`;
}

function placementWords(placement: Workload['placement']): string {
  switch (placement.kind) {
    case 'any':
      return '';
    case 'node':
      return ` on node ${placement.node}`;
    case 'same':
      return ` on the node of ${placement.workload}`;
    case 'different':
      return ` on another node than ${placement.workload}`;
  }
}

function labelWords(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? '' : ` labelled ${pairs.join(', ')}`;
}

function targetLines(targets: readonly Target[]): string[] {
  if (targets.length === 0) return [];
  const rows = targets.map((target) => [`  ${target.name}`, targetWords(target), portList(target.ports)]);
  return ['Would be connected to, and must exist:', ...alignColumns(rows)];
}

function targetWords(target: Target): string {
  switch (target.kind) {
    case 'service':
      return `Service ${target.service}.${target.namespace} by ${target.via}`;
    case 'pods':
      return `at most ${count(target.limit, 'pod')} in ${target.namespace}${labelWords(target.selector)}`;
    case 'host':
      return target.host;
    case 'dns':
      return `${target.query} asked of ${target.resolver ?? "the pod's resolver"}`;
  }
}

function classLines({ classes, existing }: Plan): string[] {
  const live = existing.length > 0;
  if (classes.length === 0 && !live) return [];
  const rows = classes.map(({ representative, members }) => [
    `  ${representative}`,
    `for ${members.join(', ')}`,
  ]);
  return [
    ...(classes.length === 0
      ? []
      : ['Would be probed in place of others, which nothing tells apart from them:']),
    ...alignColumns(rows),
    ...(live
      ? [
          'What the policies of namespaces that exist tell apart is read when the run begins; it may probe fewer pairs.',
        ]
      : []),
  ];
}

function probeLines({ matrix }: Plan): string[] {
  const byPair = groupBy(matrix.cells, ({ source, endpoint }) =>
    JSON.stringify([source, endpoint.destination]),
  );
  const rows = [...byPair.values()]
    .slice(0, MOST_PAIRS)
    .map((cells) => [
      `  ${cells[0]?.source ?? ''} -> ${cells[0]?.endpoint.destination ?? ''}`,
      expectWords(cells),
    ]);
  const allowed = matrix.cells.filter(({ expect }) => expect === 'allow').length;
  const counts = `${grouped(allowed)} allow, ${grouped(matrix.cells.length - allowed)} deny`;
  return [
    `Would be probed: ${count(matrix.cells.length, 'expectation')} (${counts}):`,
    ...alignColumns(rows),
    ...(byPair.size > rows.length
      ? [`  and ${count(byPair.size - rows.length, 'more pair')}: see -o json`]
      : []),
  ];
}

function expectWords(cells: readonly Cell[]): string {
  const byExpect = groupBy(cells, ({ expect }) => expect);
  return [...byExpect]
    .map(([expect, those]) => `${expect} ${portList(those.map(({ endpoint }) => endpoint.port))}`)
    .join('; ');
}

function portList(ports: readonly PortSpec[]): string {
  return ports.map(portKey).join(', ');
}

function estimateLine({ estimate }: Plan): string {
  const usual = `Would take about ${duration(estimate.seconds * 1000)} with ${count(estimate.pods, 'pod')}.`;
  return `${usual} If pods get no CPU, some prober pods are launched once more.`;
}
