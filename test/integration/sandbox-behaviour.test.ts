/** A whole sandbox, told how to behave; `npm run build` comes before. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Sandbox } from '../../src/sandbox/start.ts';

/** The daemon is a program of its own, so the tests run what the build made. */
const BUILT = '../../dist/src/sandbox/start.js';
const { startSandbox } = (await import(BUILT)) as typeof import('../../src/sandbox/start.ts');

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ cni: 'intercept+dns-dead+lossy+slow-link+agent-dead=worker-2' });
});
afterAll(() => sandbox.close());

test('changes to any behaviour and back, and restarts agents', async () => {
  for (const cni of ['restart-open+reject', 'agent-stopped=worker-1+intercept', 'slow-link=5', 'healthy']) {
    await sandbox.setCni(cni);
    await sandbox.restartAgent('worker-1');
  }
});

test('says what is no behaviour, and names the nearest', async () => {
  await expect(sandbox.setCni('ignores-endprot')).rejects.toMatchObject({
    code: 'usage',
    message: 'no such sandbox CNI behaviour: "ignores-endprot"',
    hint: 'did you mean ignores-endport?',
  });
  await expect(startSandbox({ cni: 'slo' })).rejects.toMatchObject({ hint: 'did you mean slow?' });
});

test('says which node is not there', async () => {
  await expect(sandbox.setCni('agent-dead=worker-3')).rejects.toMatchObject({
    code: 'usage',
    hint: 'its nodes are worker-1, worker-2',
  });
  await expect(startSandbox({ nodes: ['a'], cni: 'agent-dead=b' })).rejects.toMatchObject({ code: 'usage' });
  await expect(sandbox.restartAgent('worker-3')).rejects.toMatchObject({
    code: 'sandbox-failed',
    message: 'no node "worker-3"',
  });
});
