/** A probe that was sent → what the policies say of it; pure, and nothing that a verdict could rest on. */
import type { FleetPod } from '../model/fleet.ts';
import type { Predicted } from '../model/prediction.ts';
import type { ProbeRecord } from '../model/record.ts';
import { portKey, type Target } from '../model/scenario.ts';
import { transportOf } from '../policy/behind.ts';
import { compile, type Evaluator } from '../policy/evaluator.ts';
import type { Party, Prediction } from '../policy/prediction.ts';
import { exercised } from '../policy/units.ts';
import type { PolicyPod, World } from '../policy/world.ts';
import type { Gap, Reading } from './reading.ts';
import { type Arrival, type Directory, type Route, routeOf } from './route.ts';
import { becauseOf, type Whereabouts } from './words.ts';
import { worldIn } from './world.ts';

export interface Predicting {
  readonly reading: Reading;
  /** Every launched pod. */
  readonly pods: readonly FleetPod[];
  readonly targets: readonly Target[];
  /** What was changed while probes ran. */
  readonly changes: readonly Gap[];
  readonly where: Whereabouts;
}

export class Predictor {
  readonly #evaluator: Evaluator;
  readonly #world: World;
  readonly #own: ReadonlyMap<string, PolicyPod>;
  readonly #classes: ReadonlyMap<PolicyPod, number>;
  readonly #targets: ReadonlyMap<string, Target>;
  readonly #directory: Directory;
  readonly #gaps: readonly Gap[];
  readonly #where: Whereabouts;
  /** A mesh has tens of thousands of probes and few different predictions. */
  readonly #known = new Map<string, Predicted>();

  constructor({ reading, pods, targets, changes, where }: Predicting) {
    const { world, own } = worldIn(reading, pods);
    this.#evaluator = compile(world);
    this.#world = world;
    this.#own = own;
    this.#classes = new Map(world.pods.map((pod, index) => [pod, this.#evaluator.classes[index] ?? 0]));
    this.#targets = new Map(targets.map((target) => [target.name, target]));
    this.#directory = { services: world.services, slices: reading.slices };
    this.#gaps = [...reading.gaps, ...changes];
    this.#where = where;
  }

  /** Ids of every rule and default deny. */
  get units(): readonly string[] {
    return this.#evaluator.units.map(({ id }) => id);
  }

  of(probe: ProbeRecord): Predicted {
    const from = this.#own.get(probe.prober);
    if (from === undefined) return unknown('the prober was never launched');
    const route = this.#routeOf(probe);
    const gaps = this.#gapsAt(from, probe, typeof route === 'string' ? [] : route.stops);
    const blind = gaps.find(({ effect }) => effect === 'unknown');
    if (blind !== undefined) return unknown(blind.why);
    if (typeof route === 'string') return unknown(route);
    const predicted = merged(route.stops.map((stop) => this.#decide(from, stop, probe)));
    return doubted(predicted, [...route.doubts, ...gaps.map(({ why }) => why)]);
  }

  #routeOf(probe: ProbeRecord): Route | string {
    if (probe.listener !== undefined) {
      const pod = this.#own.get(probe.listener);
      if (pod === undefined) return 'the listener was never launched';
      const { protocol, port } = probe.port;
      return { stops: [{ to: { pod }, protocol: transportOf(protocol), port }], doubts: [] };
    }
    const target = this.#targets.get(probe.destination);
    return target === undefined
      ? `${probe.destination} is not known`
      : routeOf(probe, target, this.#directory);
  }

  /** What could not be read, or was changed, of what this probe meets. */
  #gapsAt(from: PolicyPod, { host, destination }: ProbeRecord, stops: readonly Arrival[]): readonly Gap[] {
    if (this.#gaps.length === 0) return [];
    const target = this.#targets.get(destination);
    const namespaces = new Set([
      from.namespace,
      ...(target !== undefined && 'namespace' in target ? [target.namespace] : []),
      ...stops.flatMap(({ to }) => this.#namespaceOf(to) ?? []),
    ]);
    return this.#gaps.filter(
      ({ namespace, address }) =>
        (namespace === undefined || namespaces.has(namespace)) && (address === undefined || address === host),
    );
  }

  #namespaceOf(party: Party): string | undefined {
    if ('pod' in party) return party.pod.namespace;
    return this.#world.pods.find(({ ips }) => ips.includes(party.address))?.namespace;
  }

  #decide(from: PolicyPod, stop: Arrival, { port }: ProbeRecord): Predicted {
    const key = [
      // Where it runs matters to what is not a pod: its own node, above all.
      'pod' in stop.to ? this.#classes.get(stop.to.pod) : `${stop.to.address} ${from.node}`,
      this.#classes.get(from),
      portKey(port),
      stop.port,
      stop.via?.address,
    ].join(' ');
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const flow = { from: { pod: from }, protocol: stop.protocol };
    const prediction = this.#evaluator.decide({ ...flow, to: stop.to, port: stop.port });
    const predicted = this.#told(prediction, this.#virtually(flow, stop, prediction));
    // Doubts name pods, which are not the same for all of a class.
    if (predicted.doubts.length === 0) this.#known.set(key, predicted);
    return predicted;
  }

  #told(prediction: Prediction, doubts: readonly string[]): Predicted {
    return doubted(
      {
        verdict: prediction.verdict,
        certain: prediction.certain,
        because: becauseOf(prediction, this.#where),
        doubts: prediction.doubts.map(({ text }) => text),
        units: exercised(prediction),
        ...(isMasked(prediction) ? { masked: true } : {}),
      },
      doubts,
    );
  }

  /** An engine that decides before the virtual address is translated would go by that address. */
  #virtually(
    flow: Pick<Parameters<Evaluator['decide']>[0], 'from' | 'protocol'>,
    { via }: Arrival,
    { egress }: Prediction,
  ): readonly string[] {
    if (via === undefined || egress.verdict === 'allow') return [];
    const before = this.#evaluator.decide({ ...flow, to: { address: via.address }, port: via.port }).egress;
    if (before.because.kind !== 'allowed') return [];
    return [`a rule allows the virtual address ${via.address}, which some engines go by`];
  }
}

function isMasked({ egress, ingress }: Prediction): boolean {
  return egress.verdict === 'deny' && ingress.verdict === 'deny';
}

function unknown(because: string): Predicted {
  return { verdict: 'unknown', certain: false, because, doubts: [], units: [] };
}

function doubted(predicted: Predicted, doubts: readonly string[]): Predicted {
  if (doubts.length === 0 || predicted.verdict === 'unknown') return predicted;
  return { ...predicted, certain: false, doubts: [...predicted.doubts, ...doubts] };
}

/** Any of several addresses may be the one that answers. */
function merged(all: readonly Predicted[]): Predicted {
  const [first, ...others] = all;
  if (first === undefined) return unknown('there is nothing behind it');
  if (others.length === 0) return first;
  if (others.some(({ verdict }) => verdict !== first.verdict))
    return unknown('the policies allow some of the addresses behind it and deny others');
  return {
    ...first,
    certain: all.every(({ certain }) => certain),
    doubts: [...new Set(all.flatMap(({ doubts }) => doubts))],
    units: first.units.filter((id) => others.every(({ units }) => units.includes(id))),
    ...(all.some(({ masked }) => masked) ? { masked: true } : {}),
  };
}
