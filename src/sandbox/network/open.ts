/** Brings the sandbox's network up. */
import { networkInterfaces } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { NetproofError } from '../../model/errors.ts';
import { builtProgram } from '../../package.ts';
import { planNodes } from './addresses.ts';
import { World } from './defects/world.ts';
import type { SetNames } from './dns/serve.ts';
import { OUTSIDE_NETNS, buildFabric, nodeNetns } from './fabric.ts';
import { Fetcher } from './fetcher.ts';
import { Helper } from './helper.ts';
import type { Network, NetworkOptions, NodeNetwork } from './network.ts';
import { OUTSIDE_HOSTS } from './outside/hosts.ts';
import { Pods } from './pods.ts';
import { Programmer } from './programmer.ts';

const DNS_UID = 'cluster-dns';

type Names = ReadonlyMap<string, readonly string[]>;

/** See `OpenNetwork`. Rejects with `sandbox-failed` outside fresh namespaces, before anything is touched. */
export async function openNetwork({ nodes: names, behaviour, onFault }: NetworkOptions): Promise<Network> {
  refuseSharedNamespace();
  const nodes = planNodes(names);
  await buildFabric(nodes);
  const pods = new Pods(nodes);
  const programmer = new Programmer(nodes, behaviour, onFault);
  const [dns, outside, fetchers] = await Promise.all([
    startDns(pods, nodes, onFault),
    startOutside(onFault),
    startFetchers(nodes, onFault),
  ]);
  const world = new World(nodes, dns, onFault);
  await world.behave(behaviour);
  return {
    nodes,
    dns: dns.place,
    attach: (uid, node) => pods.attach(uid, node),
    detach: (uid) => pods.detach(uid),
    program: (state) => programmer.program(state),
    caughtUp: () => programmer.caughtUp(),
    behave: async (changed) => {
      await world.behave(changed);
      await programmer.behave(changed);
    },
    restartAgent: (node) => programmer.restartAgent(node),
    setNames: dns.setNames,
    getFromNode: async (node, url, timeoutMs) => {
      const fetcher = fetchers.get(node);
      if (fetcher === undefined) throw new Error(`no node ${JSON.stringify(node)}`);
      return fetcher.get(url, timeoutMs);
    },
    close: async () => {
      programmer.close();
      world.close();
      pods.close();
      for (const helper of [dns, outside, ...fetchers.values()]) helper.close();
    },
  };
}

/** In a namespace that someone uses, our bridge and routes would do harm; a fresh one has not even loopback up. */
function refuseSharedNamespace(): void {
  const inUse = Object.keys(networkInterfaces());
  if (inUse.length === 0) return;
  throw new NetproofError(
    'sandbox-failed',
    `the sandbox's daemon runs only in network namespaces of its own, and this one has ${inUse.join(', ')}`,
  );
}

async function startDns(pods: Pods, nodes: readonly NodeNetwork[], onDeath: (message: string) => void) {
  const node = nodes[0]?.name ?? '';
  const { ip, netns } = await pods.attach(DNS_UID, node);
  let names: SetNames = withOutside(new Map());
  const helper = await Helper.start<SetNames, never>({
    netns,
    program: builtProgram('sandbox/network/dns/serve'),
    onMessage: () => {},
    first: () => names,
    onDeath,
  });
  const setNames = (changed: Names): void => {
    const now = withOutside(changed);
    // Told at every pod's coming and going; most change no name.
    if (isDeepStrictEqual(now, names)) return;
    names = now;
    // A helper that is just being started anew is told `first`.
    helper.send(names);
  };
  const freeze = (frozen: boolean): void => helper.freeze(frozen);
  return { place: { node, ip }, setNames, freeze, close: () => helper.close() };
}

function withOutside(names: Names): SetNames {
  return { names: [...OUTSIDE_HOSTS.map(({ name, ip }) => [name, [ip]] as const), ...names] };
}

function startOutside(onDeath: (message: string) => void): Promise<Helper<never, never>> {
  return Helper.start<never, never>({
    netns: OUTSIDE_NETNS,
    program: builtProgram('sandbox/network/outside/serve'),
    onMessage: () => {},
    onDeath,
  });
}

async function startFetchers(nodes: readonly NodeNetwork[], onDeath: (message: string) => void) {
  const started = nodes.map(
    async ({ name }) => [name, await Fetcher.start(nodeNetns(name), onDeath)] as const,
  );
  return new Map(await Promise.all(started));
}
