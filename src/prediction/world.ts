/** The evaluator's world of a run: what was read, and the launched pods. */
import type { FleetPod } from '../model/fleet.ts';
import { RUN_LABEL } from '../model/labels.ts';
import { worldOf } from '../policy/world-of.ts';
import type { PolicyPod, World } from '../policy/world.ts';
import type { Reading } from './reading.ts';

export interface RunWorld {
  readonly world: World;
  /** The launched pods by name. */
  readonly own: ReadonlyMap<string, PolicyPod>;
}

export function worldIn({ objects, policies }: Reading, pods: readonly FleetPod[]): RunWorld {
  const read = worldOf([...objects, ...policies], { templates: false });
  const own = new Map(pods.map((pod) => [pod.name, launched(pod)]));
  // Those among the pods of a namespace that are a run's are known better from their launch.
  const others = read.pods.filter(({ labels }) => !Object.hasOwn(labels, RUN_LABEL));
  // The last pod of an address has it: probers come and go, and theirs is given to others.
  return { own, world: { ...read, pods: [...own.values(), ...others] } };
}

function launched({ namespace, name, labels, ip, node, ports = [] }: FleetPod): PolicyPod {
  return {
    namespace,
    name,
    labels,
    ips: [ip],
    node,
    hostNetwork: false,
    ports: ports.map((port) => ({ name: port.name, protocol: port.protocol, containerPort: port.port })),
    fromTemplate: false,
  };
}
