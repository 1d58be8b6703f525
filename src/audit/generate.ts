/** A scenario made up where none is given: a test pod in each sampled namespace, and what it must not reach. */
import type { Sample } from '../model/audit.ts';
import { type PortSpec, portKey } from '../model/scenario.ts';
import { compile } from '../policy/evaluator.ts';
import type { World } from '../policy/world.ts';
import { type Loaded, loadScenario } from '../scenario/load.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { barePod } from './bystanders.ts';
import { isNamed } from './config/choose.ts';
import type { AuditConfig } from './config/config.ts';

/** How it is called where a file would be named. */
export const GENERATED = 'generated-scenario.yaml';

const PORT: PortSpec = { protocol: 'tcp', port: 8080 };
/** Pairs grow with the square. */
const MOST_NAMESPACES = 20;
/** Manifests may hold names that no API server takes, nor a scenario. */
const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const METADATA_ADDRESS = '169.254.169.254';

export interface Generated {
  readonly loaded: Loaded;
  /** The scenario as a file that people can keep and change. */
  readonly text: string;
}

/**
 * Undefined if the sample has no namespace that a pod may be put in: system namespaces are left alone.
 */
export async function generateScenario(
  sample: Sample,
  snapshot: Snapshot,
  { system, probes }: Pick<AuditConfig, 'system' | 'probes'>,
  world: World,
): Promise<Generated | undefined> {
  const names = sample.namespaces
    .map(({ namespace }) => namespace)
    .filter((name) => !isNamed(name, system) && NAME.test(name))
    .slice(0, MOST_NAMESPACES);
  if (names.length === 0) return undefined;
  const document = documentOf(names, targetsOf(snapshot, probes), openWithin(names, world));
  const text = `${JSON.stringify(document, null, 2)}\n`;
  const files = { read: async () => new TextEncoder().encode(text), glob: async () => [] };
  return { loaded: await loadScenario(GENERATED, files), text };
}

/** JSON is YAML. */
function documentOf(
  names: readonly string[],
  targets: Readonly<Record<string, object>>,
  open: ReadonlySet<string>,
): object {
  return {
    apiVersion: 'netproof/v1',
    kind: 'Scenario',
    metadata: {
      name: 'generated',
      description: 'A pod without labels in each sampled namespace must reach nothing beyond its namespace.',
    },
    namespaces: Object.fromEntries(names.map((name) => [name, {}])),
    workloads: Object.fromEntries(names.map((name) => [name, { namespace: name, listen: [portKey(PORT)] }])),
    ...(Object.keys(targets).length > 0 && { targets: apartFrom(names, targets) }),
    expect: {
      default: 'deny',
      rules: names
        .filter((name) => open.has(name))
        .map((name) => ({
          from: name,
          to: name,
          ports: 'all',
          expect: 'allow',
          reason: 'within one namespace nothing is required: it is as the policies say',
        })),
    },
  };
}

/** Workloads are called like their namespaces, and a namespace may be called anything. */
function apartFrom(
  names: readonly string[],
  targets: Readonly<Record<string, object>>,
): Readonly<Record<string, object>> {
  const free = (name: string): string => (names.includes(name) ? free(`${name}-target`) : name);
  return Object.fromEntries(Object.entries(targets).map(([name, target]) => [free(name), target]));
}

/** Namespaces in which the policies let one pod without labels reach another. */
function openWithin(names: readonly string[], world: World): ReadonlySet<string> {
  const pairs = names.map((namespace) => [barePod(namespace, 'a'), barePod(namespace, 'b')] as const);
  const evaluator = compile({ ...world, pods: [...world.pods, ...pairs.flat()] });
  const open = pairs.filter(
    ([from, to]) =>
      evaluator.decide({ from: { pod: from }, to: { pod: to }, protocol: 'TCP', port: PORT.port }).verdict ===
      'allow',
  );
  return new Set(open.map(([{ namespace }]) => namespace));
}

function targetsOf({ services }: Snapshot, probes: AuditConfig['probes']): Record<string, object> {
  const hasApi = services.some(
    ({ metadata }) => metadata.namespace === 'default' && metadata.name === 'kubernetes',
  );
  return {
    ...Object.fromEntries(
      probes.outside.map(({ host, ports }, index) => [`outside-${index + 1}`, { host, ports }]),
    ),
    ...(probes.metadata && { 'metadata-address': { host: METADATA_ADDRESS, ports: ['http/80'] } }),
    ...(probes.apiServer &&
      hasApi && { 'api-server': { service: 'kubernetes.default', ports: ['tcp/443'] } }),
  };
}
