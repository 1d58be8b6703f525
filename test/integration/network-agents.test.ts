/** Agents that fail: at the start of a pod, on a node, for good, at a restart. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { V1NetworkPolicy } from '../../src/cluster/types.ts';
import { Lab, policy } from './network-lab.ts';
import { closeCleanly } from './network-rows.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
  lab.namespaces = [{ name: 'default', labels: {} }];
  const listen = ['tcp/8080', 'tcp/9090'];
  // One server and one client on each node.
  await lab.add({ name: 'web', labels: { app: 'web' }, listen });
  await lab.add({ name: 'alt', labels: { app: 'web' }, node: 'worker-2', listen });
  await lab.add({ name: 'near', labels: { app: 'client' }, listen });
  await lab.add({ name: 'far', labels: { app: 'client' }, node: 'worker-2', listen });
});
afterAll(() => closeCleanly(lab));

const into = (app: string, ...ports: readonly number[]): V1NetworkPolicy =>
  policy(`into-${app}`, {
    podSelector: { matchLabels: { app } },
    ingress: ports.map((port) => ({ ports: [{ port }] })),
  });

/** Those of the lines that are open. */
async function open(...lines: readonly string[]): Promise<readonly string[]> {
  const outcomes = await lab.outcomes(lines.map((line) => `${line} tcp/8080`));
  return lines.filter((line) => outcomes[`${line} tcp/8080`] === 'connected');
}
const TO_WEB = ['near -> web', 'far -> web'];
const TO_ALT = ['near -> alt', 'far -> alt'];

async function begin(behaviour: string, policies: readonly V1NetworkPolicy[]): Promise<void> {
  await lab.call('behave', 'healthy');
  await lab.program(policies);
  await lab.call('behave', behaviour);
}

test('agent-dead: pods of that node are open, those of the other are not', async () => {
  await begin('agent-dead=worker-2', [into('web')]);
  expect(await open(...TO_WEB, ...TO_ALT)).toEqual(TO_ALT);
  await lab.program([into('web'), into('client')]);
  expect(await open(...TO_WEB, ...TO_ALT, 'web -> near', 'web -> far')).toEqual([...TO_ALT, 'web -> far']);
  await lab.call('behave', 'healthy');
  expect(await open(...TO_WEB, ...TO_ALT)).toEqual([]);
});

test("agent-stopped: that node's rules stay as they were", async () => {
  await begin('agent-stopped=worker-2', [into('web')]);
  await lab.program([into('client')]);
  expect(await open(...TO_WEB, ...TO_ALT, 'web -> near', 'web -> far')).toEqual([...TO_WEB, 'web -> far']);
  await lab.call('behave', 'healthy');
  expect(await open(...TO_WEB, ...TO_ALT, 'web -> near', 'web -> far')).toEqual([...TO_WEB, ...TO_ALT]);
});

test('agent-stopped: a pod that comes there later is open', async () => {
  await begin('agent-stopped=worker-2', [into('web')]);
  await lab.add({ name: 'later', labels: { app: 'web' }, node: 'worker-2', listen: ['tcp/8080'] });
  await lab.program();
  expect(await open(...TO_WEB, ...TO_ALT, 'near -> later')).toEqual(['near -> later']);
  lab.pods.delete('later');
});

test('never-removed: a deleted policy goes on, a changed one is as it was changed', async () => {
  await begin('never-removed', [into('web')]);
  await lab.program([]);
  expect(await open(...TO_WEB, ...TO_ALT, 'web -> near')).toEqual(['web -> near']);
  await lab.program([into('web', 8080)]);
  await lab.program([]);
  expect(await open(...TO_WEB)).toEqual(TO_WEB);
  expect((await lab.dial('near', 'web', 'tcp/9090')).outcome).toBe('timed-out');
  await lab.call('behave', 'healthy');
  expect((await lab.dial('near', 'web', 'tcp/9090')).outcome).toBe('connected');
});

test('restart-open: the node whose agent is restarted is open from then on', async () => {
  await begin('restart-open', [into('web')]);
  expect(await open(...TO_WEB, ...TO_ALT)).toEqual([]);
  await lab.call('restartAgent', 'worker-2');
  expect(await open(...TO_WEB, ...TO_ALT)).toEqual(TO_ALT);
  await lab.program([into('web'), into('client')]);
  expect(await open(...TO_WEB, ...TO_ALT)).toEqual(TO_ALT);
  // A later one knows nothing of it.
  await lab.call('behave', 'healthy');
  await lab.call('behave', 'restart-open');
  expect(await open(...TO_WEB, ...TO_ALT)).toEqual([]);
});

test('a healthy agent that is restarted changes nothing, and there must be one', async () => {
  await begin('healthy', [into('web')]);
  await lab.call('restartAgent', 'worker-2');
  expect(await open(...TO_WEB, ...TO_ALT)).toEqual([]);
  await expect(lab.call('restartAgent', 'worker-3')).rejects.toThrow('no node "worker-3"');
});

test('fail-open: a new pod is open at first, and only that', async () => {
  await begin('fail-open=3000', [into('web')]);
  await lab.add({ name: 'new', labels: { app: 'web' }, listen: ['tcp/8080'] });
  const programmed = lab.program();
  expect(await open('near -> new', 'far -> new', ...TO_WEB)).toEqual(['near -> new', 'far -> new']);
  // Another state does not cut it short, nor does it make the pod new again.
  const again = lab.program();
  await programmed;
  expect(await open('near -> new', 'far -> new')).toEqual([]);
  await again;
  expect(await open('near -> new', 'far -> new')).toEqual([]);
});
