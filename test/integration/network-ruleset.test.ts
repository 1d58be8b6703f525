/** The nodes' rulesets, changed step by step, as the kernel itself lists them. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rebuild } from '../../src/sandbox/network/difference.ts';
import type { ForwardingState } from '../../src/sandbox/network/network.ts';
import { states, tablesOf } from '../unit/sandbox-network/states.ts';
import { Lab, policy } from './network-lab.ts';

const HEALTHY = { enforced: { ingress: true, egress: true }, denial: 'drop' } as const;
const NODES = ['worker-1', 'worker-2'];
/** No ruleset is there: the daemon's own namespace only routes. */
const SCRATCH = '/proc/1/ns/net';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
});
afterAll(() => lab.close());

const shell = (netns: string, script: string): Promise<string> =>
  lab.call('shell', netns, script) as Promise<string>;

/** The node's ruleset beside that of the same state loaded from nothing elsewhere. */
async function rulesets(state: ForwardingState, node: string): Promise<readonly [object, object]> {
  const commands = tablesOf(state, node, HEALTHY).flatMap(rebuild).join('\n');
  const listed = await shell(`/run/netns/node-${node}`, 'nft -j list ruleset');
  const wanted = await shell(
    SCRATCH,
    `nft -f - <<'END' && nft -j list ruleset && nft flush ruleset\n${commands}\nEND\n`,
  );
  return [orderless(listed), orderless(wanted)];
}

interface Listed {
  readonly rule?: { readonly chain: string; readonly table: string };
  readonly [kind: string]: unknown;
}

/** Handles and the order of sets, chains and elements say when something came; only rules have an order that counts. */
function orderless(json: string): object {
  const { nftables } = JSON.parse(json) as { nftables: readonly Listed[] };
  const plain = nftables
    .filter((each) => each['metainfo'] === undefined)
    .map((each) => JSON.parse(JSON.stringify(each), tidy) as Listed);
  const objects = plain.filter(({ rule }) => rule === undefined).map((each) => JSON.stringify(each));
  const rules: Record<string, Listed[]> = {};
  for (const each of plain) {
    if (each.rule !== undefined) (rules[`${each.rule.table} ${each.rule.chain}`] ??= []).push(each);
  }
  return { objects: objects.toSorted(), rules };
}

function tidy(key: string, value: unknown): unknown {
  if (key === 'handle') return undefined;
  if (key !== 'elem' || !Array.isArray(value)) return value;
  return (value as unknown[]).map((element) => JSON.stringify(element)).toSorted();
}

async function expectAfresh(state: ForwardingState): Promise<void> {
  for (const node of NODES) {
    const [listed, wanted] = await rulesets(state, node);
    expect(listed).toEqual(wanted);
  }
}

describe("a node's ruleset", () => {
  test('is after any changes what the last state alone makes', async () => {
    for (const [state] of fc.sample(states(1), { numRuns: 40, seed: 20 })) {
      if (state === undefined) throw new Error('no state');
      await lab.call('program', state);
      await expectAfresh(state);
    }
    // Every change was taken as such: nothing had to be loaded anew.
    expect(await lab.call('faults')).toEqual([]);
  });

  test('is loaded anew when the kernel has not what was left there', async () => {
    const pods = [1, 2].map((at) => ({
      namespace: 'default',
      name: `p${at}`,
      uid: `p${at}`,
      node: 'worker-1',
      ip: `10.244.1.${at + 1}`,
      labels: {},
      ports: [],
    }));
    const namespaces = [{ name: 'default', labels: {} }];
    const policies = [policy('deny', { podSelector: {} })];
    await lab.call('program', { namespaces, pods, policies, services: [] });
    await shell('/run/netns/node-worker-1', 'nft flush ruleset');
    const fewer = { namespaces, pods: pods.slice(1), policies, services: [] };
    await lab.call('program', fewer);
    await expectAfresh(fewer);
    expect(await lab.call('faults')).toEqual([expect.stringContaining('No such file or directory')]);
  });

  test('is programmed and pods are attached even if the shells that do it die', async () => {
    // Each is gone when nobody has its number any more.
    const killed = await shell(
      SCRATCH,
      `for each in /proc/[0-9]*; do
        [ "$(tr '\\0' ' ' < $each/cmdline)" = 'sh ' ] || continue
        kill -9 \${each#/proc/}; while [ -e $each ]; do :; done; echo killed
      done`,
    );
    expect(killed).toContain('killed\nkilled\n');
    const pod = await lab.add({ name: 'late', listen: ['tcp/80'] });
    await lab.program([]);
    await expectAfresh(lab.state);
    expect((await lab.dial('late', pod.ip, 'tcp/80')).outcome).toBe('connected');
  });
});
