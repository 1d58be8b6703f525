/** 200 pods: they attach, they are told apart, they go. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Attachment, ForwardingPod } from '../../src/sandbox/network/network.ts';
import { Lab, policy } from './network-lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
  lab.namespaces = [{ name: 'default', labels: {} }];
});
afterAll(() => lab.close());

/** A pod that nothing runs in. */
async function attach(at: number): Promise<ForwardingPod & Attachment> {
  const node = at % 2 === 0 ? 'worker-1' : 'worker-2';
  const { ip, netns } = (await lab.call('attach', `many-${at}`, node)) as Attachment;
  return {
    namespace: 'default',
    name: `many-${at}`,
    uid: `many-${at}`,
    node,
    ip,
    netns,
    labels: { at: `${at}` },
    ports: [],
  };
}

describe('many pods', () => {
  test('200 pods attach, each with a policy of its own, and detach', async () => {
    await lab.add({ name: 'client', labels: { at: '7' } });
    const many = await Promise.all(Array.from({ length: 200 }, (_, at) => attach(at)));
    expect(new Set(many.map(({ ip }) => ip)).size).toBe(200);
    for (const pod of many) lab.pods.set(pod.name, pod);

    // Every pod may be entered from those with its own number only: of 200, the client may enter number 7.
    await lab.program(
      many.map(({ name, labels }) => {
        const podSelector = { matchLabels: labels };
        return policy(name, { podSelector, ingress: [{ from: [{ podSelector }] }] });
      }),
    );
    const lines = many.slice(0, 20).map(({ name }) => `client -> ${name} tcp/80`);
    const outcomes = await lab.outcomes(lines);
    // Nobody listens there: a packet that arrives is refused by the pod itself.
    expect(outcomes).toEqual(
      Object.fromEntries(lines.map((line) => [line, line.includes('many-7 ') ? 'refused' : 'timed-out'])),
    );

    await Promise.all(many.map(({ uid }) => lab.call('detach', uid)));
    for (const { name } of many) lab.pods.delete(name);
    await lab.program([]);
    expect(
      ((await lab.call('shell', '/proc/1/ns/net', 'ip netns')) as string).trim().split('\n').toSorted(),
    ).toEqual(
      ['node-worker-1', 'node-worker-2', 'outside', 'pod-cluster-dns', 'pod-default-client'].map((name) =>
        expect.stringContaining(name),
      ),
    );
  });

  test('a full node says so and takes pods again when one has gone', async () => {
    const attached = await Promise.all(
      Array.from({ length: 253 }, (_, at) => lab.call('attach', `full-${at}`, 'worker-2')),
    );
    expect(attached).toHaveLength(253);
    await expect(lab.call('attach', 'one-more', 'worker-2')).rejects.toThrow('no pod address left');
    await lab.call('detach', 'full-0');
    await expect(lab.call('attach', 'one-more', 'worker-2')).resolves.toMatchObject({
      ip: (attached[0] as Attachment).ip,
    });
  });

  test('an attach that cannot work leaves nothing behind', async () => {
    await expect(lab.call('attach', '../evil', 'worker-1')).rejects.toThrow("not a pod's uid");
    await expect(lab.call('attach', 'lost', 'no-such-node')).rejects.toThrow('no node');
  });
});
