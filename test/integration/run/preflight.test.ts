/** netproof preflight with real packets: what is there is proven, what is missing gets its name; nothing is left. */
import { expect, test } from '@jest/globals';
import type { PreflightResult } from '../../../src/model/result.ts';
import { start } from '../../support/netproof.ts';
import { couldNotTell, Lab, RUN_MS, table, type Written } from '../../support/sandbox-run.ts';

/** Runs it on a cluster of its own, which must be as before afterwards. */
async function preflightOn(cni: string, args: readonly string[] = []): Promise<PreflightResult> {
  return within(cni, async (lab) => preflight(lab, args));
}

async function within<T>(cni: string, work: (lab: Lab) => Promise<T>): Promise<T> {
  const lab = await Lab.open({ cni });
  try {
    const before = await lab.everything();
    const result = await work(lab);
    await lab.unchanged(before);
    return result;
  } finally {
    await lab.close();
  }
}

/** Made again where the machine was too busy to tell. */
async function preflight(lab: Lab, args: readonly string[], tries = 3): Promise<PreflightResult> {
  const env = { KUBECONFIG: lab.sandbox.kubeconfigPath };
  const { stdout, stderr, code } = await start(['preflight', '-o', 'json', ...args], env).ended;
  if (stdout === '') throw new Error(stderr);
  const result = JSON.parse(stdout) as PreflightResult;
  expect(result.summary.exitCode).toBe(code);
  return tries > 1 && couldNotTell(result.record.capabilities) ? preflight(lab, args, tries - 1) : result;
}

const absentIn = ({ record }: PreflightResult): string[] =>
  record.capabilities.proofs.filter(({ proof }) => proof === 'absent').map(({ capability }) => capability);
const unknownIn = ({ record }: PreflightResult): string[] =>
  record.capabilities.proofs.filter(({ proof }) => proof === 'unknown').map(({ capability }) => capability);

test(
  'a healthy cluster is proven in everything; one with many defects lacks exactly those; a node without agent is named',
  async () => {
    const [healthy, faulty, dead] = await Promise.all([
      preflightOn('healthy'),
      preflightOn(
        'ignores-except+ignores-endport+combined-as-or+named-ports-unresolved+udp-unfiltered+established-cut',
      ),
      preflightOn('agent-dead=worker-2', ['--every-node']),
    ]);
    expect({ absent: absentIn(healthy), unknown: unknownIn(healthy) }).toEqual({ absent: [], unknown: [] });
    const { capabilities } = healthy.record;
    expect(capabilities).toMatchObject({
      denySignature: { tcp: ['timed-out'], udp: ['timed-out'] },
      nodes: ['worker-1', 'worker-2'].map((node) => ({ node, ingress: 'proven', egress: 'proven' })),
      measures: { established: 'kept', newPodOpenMs: 0 },
    });
    expect(absentIn(faulty)).toEqual(['combined-selector', 'except', 'named-port', 'end-port', 'udp']);
    expect(faulty.record.capabilities.measures.established).toBe('cut');
    expect(dead.record.capabilities.findings).toContainEqual(
      expect.stringContaining('worker-2: policies are not enforced there'),
    );
    expect(absentIn(dead)).toEqual(['ingress', 'egress']);
  },
  3 * RUN_MS,
);

/** `server` takes packets of `friend` alone. */
const GUARDED: Written = {
  namespaces: { guarded: { create: true } },
  workloads: {
    server: { namespace: 'guarded', labels: { app: 'server' }, listen: ['tcp/8080'] },
    friend: { namespace: 'guarded', labels: { app: 'friend' } },
    stranger: { namespace: 'guarded' },
  },
  policies: [
    {
      name: 'server',
      namespace: 'guarded',
      spec: {
        podSelector: { matchLabels: { app: 'server' } },
        ingress: [{ from: [{ podSelector: { matchLabels: { app: 'friend' } } }] }],
      },
    },
  ],
  expect: { default: 'deny', rules: [{ 'friend -> server': 'all' }] },
};

test(
  'in a namespace that exists: nothing is left in it, and what takes a second one is not told',
  () =>
    within('healthy', async (lab) => {
      await lab.namespace('granted');
      const before = await lab.everything();
      const [shown, proved] = await Promise.all([
        preflight(lab, ['--namespace', 'granted']),
        lab.prove(GUARDED, ['--control-namespace', 'granted']),
      ]);
      expect(absentIn(shown)).toEqual([]);
      expect(unknownIn(shown)).toEqual(['namespace-selector', 'combined-selector', 'two-peers']);
      expect(shown.summary.exitCode).toBe(4);
      expect(proved.code).toBe(0);
      // Wherever the scheduler has put the two ends of the short canary's ways, each has a control.
      const { proofs } = proved.result.record.capabilities;
      expect(proofs.filter(({ proof }) => proof !== 'proven')).toEqual([]);
      expect(table(proved)['stranger -> server:tcp/8080']).toBe('dropped');
      expect(new Set(proved.result.record.pods.map(({ namespace }) => namespace))).toEqual(
        new Set(['guarded', 'granted']),
      );
      await lab.unchanged(before);
      await lab.core.deleteNamespace({ name: 'granted' });
    }),
  RUN_MS,
);
