/** A network that carries nothing, and tells what it was asked. */
import type { ForwardingState, Network } from '../../../src/sandbox/network/network.ts';

export interface FakeNetwork extends Network {
  /** What `program` got last. */
  readonly last: () => ForwardingState | undefined;
  readonly names: () => ReadonlyMap<string, readonly string[]>;
}

const NODES = ['worker-1', 'worker-2'].map((name, i) => ({
  name,
  ip: `172.30.0.1${i + 1}`,
  podCIDR: `10.244.${i + 1}.0/24`,
}));

/** Pods wait for their attachment for ever, so that no process starts. */
export function fakeNetwork(): FakeNetwork {
  let last: ForwardingState | undefined;
  let names: ReadonlyMap<string, readonly string[]> = new Map();
  return {
    nodes: NODES,
    dns: { node: 'worker-1', ip: '10.244.1.2' },
    attach: () => new Promise(() => undefined),
    detach: async () => undefined,
    program: async (state) => {
      last = state;
    },
    caughtUp: async () => undefined,
    getFromNode: async () => 200,
    setNames: (changed) => {
      names = changed;
    },
    behave: async () => undefined,
    restartAgent: async () => undefined,
    close: async () => undefined,
    last: () => last,
    names: () => names,
  };
}
