/** What the canary's tests are made of: actors, policies, and cells that must pass or must be dropped. */
import type { V1NetworkPolicy, V1NetworkPolicyPeer } from '../../cluster/types.ts';
import type { Capability, Direction } from '../../model/capabilities.ts';
import { RUN_LABEL } from '../../model/labels.ts';
import type { Expect, PortSpec } from '../../model/scenario.ts';

/** Tells the canary's actors apart; its policies select by it and by the run's label, so nobody else is meant. */
export const LABEL = 'netproof.dev/canary';

/** One pod of the canary. */
export interface Actor {
  readonly name: string;
  readonly role: 'listener' | 'source';
  /** Value of its label; actors on several nodes share one. */
  readonly who: string;
  /** `there`: in the second namespace. */
  readonly where: 'here' | 'there';
  /** Index into the scene's nodes. */
  readonly node: number;
  readonly listen: readonly PortSpec[];
  readonly portNames?: Readonly<Record<string, number>>;
}

/** Where the canary stands; known before its pods are. */
export interface Scene {
  readonly runId: string;
  /** Namespace of the canary. */
  readonly here: string;
  /** A second one; absent where none may be created. */
  readonly there: string | undefined;
  /** Where pods are put; `undefined`: wherever the scheduler likes. */
  readonly nodes: readonly (string | undefined)[];
  /** An address outside the cluster that accepts TCP connections. */
  readonly external: { readonly host: string; readonly port: number } | undefined;
}

type Spec = NonNullable<V1NetworkPolicy['spec']>;

export interface CanaryPolicy {
  readonly name: string;
  /** Whom it selects, by `who`. */
  readonly selects: string;
  /** A function where it names addresses of actors, which are known once they run. */
  readonly spec:
    Omit<Spec, 'podSelector'> | ((addressOf: (actor: string) => string) => Omit<Spec, 'podSelector'>);
}

export interface CanaryCell {
  /** `control`: nothing forbids it; without it the others show nothing. */
  readonly capability: Capability | 'control';
  readonly from: string;
  /** An actor, or `external`. */
  readonly to: string;
  readonly port: PortSpec;
  readonly expect: Expect;
  /** Over a Service in front of the actor. */
  readonly service?: true;
  /** Whose policy decides: the destination's for ingress, the source's for egress. */
  readonly direction: Direction;
  /** What it means if it is not as expected. */
  readonly wrong: string;
}

/** One capability: policies, and pairs of cells with their positive controls. */
export interface CapabilityTest {
  readonly capability: Capability;
  /** Without these it shows nothing. */
  readonly needs: readonly Capability[];
  /** Why it can't be tested in this scene; undefined if it can. */
  lacks?(scene: Scene): string | undefined;
  policies(scene: Scene): readonly CanaryPolicy[];
  cells(scene: Scene): readonly CanaryCell[];
}

export const TCP = { protocol: 'tcp', port: 8080 } as const;
export const TCP_OTHER = { protocol: 'tcp', port: 8081 } as const;
export const UDP = { protocol: 'udp', port: 9001 } as const;
export const UDP_OTHER = { protocol: 'udp', port: 9002 } as const;
export const tcp = (port: number): PortSpec => ({ protocol: 'tcp', port });

/** A peer: pods of the run with this label in the policy's namespace. */
export const pods = ({ runId }: Scene, who: string): V1NetworkPolicyPeer => ({
  podSelector: { matchLabels: { [RUN_LABEL]: runId, [LABEL]: who } },
});

/** A peer: all pods of the second namespace. */
export const namespace = ({ there = '' }: Scene): V1NetworkPolicyPeer => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': there } },
});

/** Why tests with a second namespace can't be made. */
export const needsSecond = ({ there }: Scene): string | undefined =>
  there === undefined ? 'it takes a second namespace, and none may be created' : undefined;

/** The manifest. @param addressOf for those that name addresses */
export function manifestOf(
  scene: Scene,
  { name, selects, spec }: CanaryPolicy,
  addressOf: (actor: string) => string,
): V1NetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `netproof-${scene.runId}-${name}`, namespace: scene.here },
    spec: {
      ...(typeof spec === 'function' ? spec(addressOf) : spec),
      podSelector: { matchLabels: { [RUN_LABEL]: scene.runId, [LABEL]: selects } },
    },
  };
}

type Make = (
  from: string,
  to: string,
  port: PortSpec,
  wrong: string,
  more?: Partial<CanaryCell>,
) => CanaryCell;

/** Cells of one capability: `pass` must get through, `drop` must not; `wrong` says what it means otherwise. */
export function cellsOf(
  capability: CanaryCell['capability'],
  direction: CanaryCell['direction'],
): { readonly pass: Make; readonly drop: Make } {
  const make =
    (expect: Expect): Make =>
    (from, to, port, wrong, more = {}) => ({
      capability,
      from,
      to,
      port,
      expect,
      direction,
      wrong,
      ...more,
    });
  return { pass: make('allow'), drop: make('deny') };
}
