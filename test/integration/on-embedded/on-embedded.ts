/** A file of test/e2e on an embedded cluster of its own, instead of the one that KUBECONFIG names. */
import { afterAll } from '@jest/globals';
import type { Sandbox } from '../../../src/sandbox/start.ts';

/** The daemon is a program of its own, so the tests run what the build made. */
const BUILT = '../../../dist/src/sandbox/start.js';

/** It refuses what it denies by ICMP, and learns of pods and policies late. */
export const KUBE_ROUTER = 'reject-icmp+slow=1500';

/**
 * Call it with `await` at the top of a test file. The suite reads where it runs as it is loaded.
 *
 * @param cni how the cluster behaves where nothing is amiss
 */
export async function onEmbedded(suite: () => Promise<unknown>, cni = 'healthy'): Promise<void> {
  const { startSandbox } = (await import(BUILT)) as typeof import('../../../src/sandbox/start.ts');
  const sandbox = await startSandbox({ nodes: ['node-1', 'node-2'], cni });
  try {
    process.env['KUBECONFIG'] = sandbox.kubeconfigPath;
    process.env['NETPROOF_E2E_OUTSIDE'] = '203.0.113.10:80';
    process.env['NETPROOF_E2E_WORLD'] = 'yes';
    delete process.env['NETPROOF_E2E_IMAGE'];
    process.env['NETPROOF_E2E_LIKE'] = cni === KUBE_ROUTER ? 'kube-router' : '';
    await takeHandles(sandbox, cni);
    await suite();
  } catch (error) {
    await sandbox.close();
    throw error;
  }
  // After the suite's own, which still need the cluster: hooks run in the order in which they are defined.
  afterAll(() => sandbox.close());
}

/** The faults that this cluster can be given, under the names that the suite knows. */
async function takeHandles(sandbox: Sandbox, healthy: string): Promise<void> {
  const { useHandles } = await import('../../e2e/support/handle.ts');
  const behave = (cni: string) => () => sandbox.setCni(cni);
  useHandles({
    'policy-off': behave('none'),
    'policy-on': behave(healthy),
    'ignore-except': behave('ignores-except'),
    'node-stop-enforcer': (node = '') => sandbox.setCni(`${healthy}+agent-dead=${node}`),
    'node-start-enforcer': behave(healthy),
  });
}
