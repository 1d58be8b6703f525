/** What the canary can prove; a new capability is one row in one of these files. */
import type { Capability } from '../../model/capabilities.ts';
import { type CanaryCell, type CanaryPolicy, type CapabilityTest, type Scene } from './cells.ts';
import { DIRECTIONS } from './directions.ts';
import { PEERS } from './peers.ts';
import { PORTS } from './ports.ts';

export const TESTS: readonly CapabilityTest[] = [...DIRECTIONS, ...PEERS, ...PORTS];

export interface Script {
  readonly tests: readonly CapabilityTest[];
  readonly policies: readonly CanaryPolicy[];
  readonly cells: readonly CanaryCell[];
  /** What was asked for and can't be tested here, with the reason. */
  readonly lacking: ReadonlyMap<Capability, string>;
}

/** The chosen tests in one: policies and cells that several of them share are there once. */
export function scriptFor(scene: Scene, wanted: (capability: Capability) => boolean): Script {
  const lacking = new Map<Capability, string>();
  const tests = TESTS.filter(({ capability }) => wanted(capability)).filter((test) => {
    const why = test.lacks?.(scene);
    if (why !== undefined) lacking.set(test.capability, why);
    return why === undefined;
  });
  return {
    tests,
    policies: unique(
      tests.flatMap((test) => test.policies(scene)),
      ({ name }) => name,
    ),
    cells: unique(
      tests.flatMap((test) => test.cells(scene)),
      keyOf,
    ),
    lacking,
  };
}

const keyOf = ({ capability, from, to, port, service }: CanaryCell): string =>
  `${capability} ${from} ${to} ${port.protocol}/${port.port} ${service === true}`;

function unique<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}
