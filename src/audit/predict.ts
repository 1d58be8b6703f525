/** What the live policies say of a scenario's matrix: its workloads are put into the evaluator's world as pods. */
import type { TruthCell, TruthTable } from '../model/audit.ts';
import type { Loaded } from '../plan/plan.ts';
import { type Stop, stopsOf, transportOf } from '../policy/behind.ts';
import { compile, type Evaluator } from '../policy/evaluator.ts';
import type { Prediction } from '../policy/prediction.ts';
import type { PolicyPod, World } from '../policy/world.ts';
import type { V1NetworkPolicy } from '../cluster/types.ts';
import type { Endpoint } from '../model/matrix.ts';
import type { Target, Workload } from '../model/scenario.ts';

/** Two replicas of a workload: it is paired with itself, which means another pod like it. */
interface Replicas {
  readonly source: PolicyPod;
  readonly listener: PolicyPod;
}

/** What an endpoint leads to; a sentence where that can't be known. */
type Stops = readonly Stop[] | string;

/** Expected and predicted; what packets showed is laid on later. */
export function predictScenario({ scenario, matrix }: Loaded, world: World, generated: boolean): TruthTable {
  const replicas = new Map(
    scenario.workloads.map((workload) => [workload.name, replicasOf(workload, world)] as const),
  );
  const evaluator = compile(extended(world, scenario.namespaces, scenario.policies, replicas));
  const targets = new Map(scenario.targets.map((target) => [target.name, target] as const));
  const stops = new Map(
    matrix.endpoints.map((endpoint) => [endpoint.id, stopsAt(endpoint, replicas, targets, world)] as const),
  );
  const cells = matrix.cells.map(({ source, endpoint, expect, reason }): TruthCell => {
    const from = replicas.get(source)?.source;
    const predicted = from && predictAll(evaluator, from, stops.get(endpoint.id) ?? []);
    return {
      source,
      endpoint: endpoint.id,
      expect,
      ...(predicted && { predicted: predicted.word, policies: predicted.because }),
      ...(reason !== undefined && { reason }),
    };
  });
  return {
    name: scenario.name,
    file: scenario.file,
    generated,
    sources: matrix.sources,
    endpoints: matrix.endpoints.map(({ id }) => id),
    created: scenario.namespaces.filter(({ create }) => create).map(({ name }) => name),
    namespaces: Object.fromEntries(scenario.workloads.map(({ name, namespace }) => [name, namespace])),
    cells,
  };
}

function replicasOf(workload: Workload, world: World): Replicas {
  const pod = (name: string): PolicyPod => ({
    namespace: workload.namespace,
    name: `netproof-${name}`,
    labels: { ...labelsLike(workload, world), ...workload.labels },
    ips: [],
    hostNetwork: false,
    ports: Object.entries(workload.portNames).map(([portName, port]) => ({
      name: portName,
      protocol: transportOf(port.protocol),
      containerPort: port.port,
    })),
    fromTemplate: true,
  });
  return { source: pod(`${workload.name}-source`), listener: pod(`${workload.name}-listener`) };
}

/** `like: deployment/api`: the labels of a pod that it owns. */
function labelsLike({ like, namespace }: Workload, { pods }: World): Readonly<Record<string, string>> {
  if (like === undefined) return {};
  const model = pods.find(
    (pod) =>
      pod.namespace === namespace &&
      (like.kind === 'pod'
        ? pod.name === like.name
        : pod.owner?.kind.toLowerCase() === like.kind && pod.owner.name === like.name),
  );
  return model?.labels ?? {};
}

function extended(
  world: World,
  namespaces: Loaded['scenario']['namespaces'],
  policies: Loaded['scenario']['policies'],
  replicas: ReadonlyMap<string, Replicas>,
): World {
  const known = new Set(world.namespaces.map(({ name }) => name));
  const added = namespaces.filter(({ name }) => !known.has(name));
  return {
    ...world,
    namespaces: [
      ...world.namespaces,
      ...added.map(({ name, labels, create }) => ({
        name,
        labels: { 'kubernetes.io/metadata.name': name, ...labels },
        assumed: !create,
      })),
    ],
    pods: [...world.pods, ...[...replicas.values()].flatMap(({ source, listener }) => [source, listener])],
    policies: [...world.policies, ...policies.map(({ manifest }) => manifest as V1NetworkPolicy)],
  };
}

function stopsAt(
  { destination, port }: Endpoint,
  replicas: ReadonlyMap<string, Replicas>,
  targets: ReadonlyMap<string, Target>,
  world: World,
): Stops {
  const workload = replicas.get(destination);
  const protocol = transportOf(port.protocol);
  if (workload !== undefined) return [{ to: { pod: workload.listener }, port: port.port, protocol }];
  const target = targets.get(destination);
  return target === undefined ? 'there is no such target' : stopsOf(target, port, world);
}

interface Predicted {
  readonly word: NonNullable<TruthCell['predicted']>;
  readonly because: string;
}

function predictAll(evaluator: Evaluator, from: PolicyPod, stops: Stops): Predicted {
  if (typeof stops === 'string') return { word: 'uncertain', because: stops };
  return merged(stops.map((stop) => evaluator.decide({ from: { pod: from }, ...stop })));
}

function merged(predictions: readonly Prediction[]): Predicted {
  const [first] = predictions;
  if (first === undefined) return { word: 'uncertain', because: 'there is nothing behind it' };
  const verdicts = new Set(predictions.map(({ verdict }) => verdict));
  const doubt = predictions.flatMap(({ doubts }) => doubts)[0];
  if (verdicts.size > 1)
    return { word: 'uncertain', because: 'policies allow some of its pods and deny others' };
  if (doubt !== undefined) return { word: 'uncertain', because: `${first.verdict}, but ${doubt.text}` };
  return { word: first.verdict, because: reasonOf(first) };
}

function reasonOf({ verdict, egress, ingress }: Prediction): string {
  const side = egress.verdict === 'deny' ? egress : ingress;
  return verdict === 'deny' ? `policies deny its ${side.direction}` : 'policies allow it';
}
