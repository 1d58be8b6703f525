/** Says what the policies of a world mean for a connection. */
import type { Answer, Direction, Flow, PolicyRef, Prediction, Unit } from './prediction.ts';
import type { PolicyPod, TransportProtocol, World } from './world.ts';

export interface Evaluator {
  readonly world: World;
  /** With every reason. Throws if a pod is not one of the world's. */
  decide(flow: Flow): Prediction;
  /**
   * The same answer without reasons, for very many questions.
   *
   * @param from index into the world's pods
   * @param to index into the world's pods
   */
  answer(from: number, to: number, protocol: TransportProtocol, port: number): Answer;
  /** NetworkPolicies that isolate the pod in that direction; none: it is open but for admin policies. */
  isolation(pod: PolicyPod, direction: Direction): readonly PolicyRef[];
  /** Every rule and every default deny of every policy, in the order of the policies. */
  readonly units: readonly Unit[];
  /** Numbers of classes, one per pod: no policy of the world can tell two pods of one class apart. */
  readonly classes: readonly number[];
}
