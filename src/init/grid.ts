/** What today's policies mean for every pair of a scenario that is being written. */
import type { Target, PortSpec } from '../model/scenario.ts';
import { stopsOf, transportOf } from '../policy/behind.ts';
import { compile, type Evaluator } from '../policy/evaluator.ts';
import type { Answer, Flow, Prediction } from '../policy/prediction.ts';
import type { PolicyPod, World } from '../policy/world.ts';
import type { Identity } from './identities.ts';

export interface GridEndpoint {
  /** Name of a workload or target. */
  readonly destination: string;
  readonly port: PortSpec;
}

/** Sources are the identities, in their order. */
export interface Grid {
  readonly identities: readonly Identity[];
  readonly endpoints: readonly GridEndpoint[];
  /** By source, then endpoint. */
  readonly answers: readonly (readonly Answer[])[];
  /** With every reason; undefined where there is nothing to ask about. */
  explain(source: number, endpoint: number): Prediction | undefined;
}

export function gridOf(identities: readonly Identity[], targets: readonly Target[], world: World): Grid {
  // Two of each: a workload is paired with itself too, which means one replica and another.
  const sources = identities.map(({ pod }) => ({ ...pod, name: `${pod.name} (source)` }));
  const listeners = identities.map(({ pod }) => ({ ...pod, name: `${pod.name} (listener)` }));
  const whole = { ...world, pods: [...world.pods, ...sources, ...listeners] };
  const asking: Asking = { evaluator: compile(whole), world: whole, sources, listeners };
  const columns = [
    ...identities.flatMap(({ name, listen }, index) =>
      listen.map((port) => column(name, port, (source) => toListener(source, index, port, asking))),
    ),
    ...targets.flatMap((target) =>
      target.ports.map((port) =>
        column(target.name, port, (source) => toTarget(source, target, port, asking)),
      ),
    ),
  ];
  return {
    identities,
    endpoints: columns.map(({ endpoint }) => endpoint),
    answers: sources.map((_, source) => columns.map(({ ask }) => ask(source).answer)),
    explain: (source, endpoint) => columns[endpoint]?.ask(source).explain(),
  };
}

interface Asking {
  readonly evaluator: Evaluator;
  readonly world: World;
  readonly sources: readonly PolicyPod[];
  readonly listeners: readonly PolicyPod[];
}

interface Asked {
  readonly answer: Answer;
  readonly explain: () => Prediction | undefined;
}

interface Column {
  readonly endpoint: GridEndpoint;
  readonly ask: (source: number) => Asked;
}

function column(destination: string, port: PortSpec, ask: Column['ask']): Column {
  return { endpoint: { destination, port }, ask };
}

function toListener(source: number, listener: number, { protocol, port }: PortSpec, asking: Asking): Asked {
  const { evaluator, world, sources, listeners } = asking;
  const base = world.pods.length - listeners.length - sources.length;
  const transport = transportOf(protocol);
  const to = base + sources.length + listener;
  return {
    answer: evaluator.answer(base + source, to, transport, port),
    explain: () => {
      const [from, at] = [sources[source], listeners[listener]];
      if (from === undefined || at === undefined) return undefined;
      return evaluator.decide({ from: { pod: from }, to: { pod: at }, protocol: transport, port });
    },
  };
}

/** Certain only if it is for everything behind the target, and the same. */
function toTarget(
  source: number,
  target: Target,
  port: PortSpec,
  { evaluator, world, sources }: Asking,
): Asked {
  const pod = sources[source];
  const stops = stopsOf(target, port, world);
  const flows =
    typeof stops === 'string' || pod === undefined
      ? []
      : stops.map((stop): Flow => ({ from: { pod }, ...stop }));
  const predictions = flows.map((flow) => evaluator.decide(flow));
  const [first] = predictions;
  const certain =
    predictions.length > 0 && predictions.every((each) => each.certain && each.verdict === first?.verdict);
  return { answer: { verdict: first?.verdict ?? 'allow', certain }, explain: () => first };
}
