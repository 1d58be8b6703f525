/** A cluster that fails or lies meanwhile: only where its nodes, policy engine and API server are ours to stop. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { ANNOTATION, RUN_LABEL } from '../../src/model/labels.ts';
import { KEPT_OUT } from './support/engine.ts';
import { handle, hasHandle } from './support/handle.ts';
import { eventually, list, type Manifest, nothingLeft } from './support/objects.ts';
import { ALLOWED, DENIED, guarded } from './support/namespace.ts';
import { RUN_MS } from './support/place.ts';
import { proofOf, prove, startRun, table, type Written, writeScenario } from './support/scenario.ts';

const PLACE = 'np-e2e-faults';
/** Skipped where the cluster gives no such handle. */
const needing = (name: string) => (hasHandle(name) ? describe : describe.skip);

afterEach(() => nothingLeft(), RUN_MS);

const causes = (denied: unknown): Readonly<Record<string, unknown>> =>
  Object.fromEntries([...DENIED.map((cell) => [cell, denied]), ...ALLOWED.map((cell) => [cell, 'reached'])]);

/** The guarded server on one node, everybody else on the other. */
function apart(): Written {
  const { workloads, ...rest } = guarded(PLACE);
  const placed = Object.entries(workloads).map(([name, workload]) => [
    name,
    { ...workload, node: name === 'server' ? 'node-2' : 'node-1' },
  ]);
  return { ...rest, workloads: Object.fromEntries(placed) as Written['workloads'] };
}

/** Resolves when both nodes have their control prober: Cilium's operator taints a node whose agent is gone. */
async function controlsPlaced(): Promise<void> {
  const controls = async (): Promise<readonly Manifest[]> =>
    (await list('pods', undefined, RUN_LABEL)).filter(
      ({ metadata }) =>
        metadata.annotations?.[ANNOTATION.workload] === 'control' &&
        metadata.annotations[ANNOTATION.role] === 'prober',
    );
  const isPlaced = ({ spec }: Manifest): boolean =>
    (spec as { readonly nodeName?: string } | undefined)?.nodeName !== undefined;
  await eventually(controls, (pods) => pods.length === 2 && pods.every(isPlaced));
}

needing('node-stop-enforcer')('a policy engine', () => {
  test(
    'that is switched off is found by the canary: exit code 3, and no verdict',
    async () => {
      await handle('policy-off');
      try {
        const { code, stdout, stderr } = await startRun(writeScenario(guarded(PLACE))).ended;
        expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
        expect(stderr).toContain(
          'this cluster does not enforce what the scenario relies on: ingress policies are ignored',
        );
        const untested = await prove(writeScenario(guarded(PLACE)), { args: ['--skip-preflight'] });
        expect(table(untested)).toEqual(causes('leak'));
        expect(untested.code).toBe(1);
      } finally {
        await handle('policy-on');
      }
      expect((await prove(writeScenario(guarded(PLACE)))).code).toBe(0);
    },
    2 * RUN_MS,
  );

  test(
    'that stops on one node after the canary: the leaks are found',
    async () => {
      const run = startRun(writeScenario(apart()));
      try {
        await run.seen(/^deploy \.\.\./m);
        // Nothing is probed while it sleeps.
        run.process.kill('SIGSTOP');
        await handle('node-stop-enforcer', 'node-2').finally(() => run.process.kill('SIGCONT'));
        const proved = proofOf(await run.ended);
        expect(table(proved)).toEqual(causes('leak'));
        expect(proved.code).toBe(1);
      } finally {
        await handle('node-start-enforcer', 'node-2');
      }
      expect((await prove(writeScenario(apart()))).code).toBe(0);
    },
    RUN_MS,
  );

  test(
    'that stops on one node while it is probed: nothing that arrived is called kept out',
    async () => {
      const run = startRun(writeScenario(apart()));
      try {
        await run.seen(/^probe \.\.\./m);
        await handle('node-stop-enforcer', 'node-2');
        const proved = proofOf(await run.ended);
        const { result } = proved;
        const arrived = result.verdicts.filter(({ probe }) => {
          const { expect: wanted, observation } = result.record.probes[probe] ?? {};
          return wanted === 'deny' && (observation?.seen.length ?? 0) > 0;
        });
        expect(arrived.filter(({ verdict }) => verdict === 'pass')).toEqual([]);
        expect(new Set(Object.values(table(proved)))).not.toContain('blocked');
      } finally {
        await handle('node-start-enforcer', 'node-2');
      }
    },
    RUN_MS,
  );
});

needing('node-stop-agent')('an agent that is gone from one node', () => {
  test(
    'while it is probed: what it has programmed stays, and nothing that is denied gets through',
    async () => {
      const run = startRun(writeScenario({ ...apart(), attempt: { timeout: '5s' } }));
      try {
        await run.seen(/^probe \d+ of/m);
        await controlsPlaced();
        await handle('node-stop-agent', 'node-2');
        const proved = proofOf(await run.ended);
        const seen = table(proved);
        for (const cell of DENIED) expect([cell, seen[cell]]).toEqual([cell, KEPT_OUT]);
      } finally {
        await handle('node-start-agent', 'node-2');
      }
      expect((await prove(writeScenario(apart()))).code).toBe(0);
    },
    2 * RUN_MS,
  );
});

needing('node-kill')('a node that loses power', () => {
  test(
    'while it is probed: nothing on it is proven, and nobody waits for it for ever',
    async () => {
      const run = startRun(writeScenario(apart()));
      try {
        await run.seen(/^probe \.\.\./m);
        await handle('node-kill', 'node-2');
        const ended = await run.ended;
        expect([4, 5]).toContain(ended.code);
        if (ended.code === 4) {
          const seen = table(proofOf(ended));
          for (const cell of DENIED) expect([cell, seen[cell]]).toEqual([cell, 'probe-lost']);
        }
      } finally {
        await handle('node-start', 'node-2');
        await eventually(nodesReady, (ready) => ready, RUN_MS);
        await nothingLeft();
      }
      expect((await prove(writeScenario(apart()))).code).toBe(0);
    },
    3 * RUN_MS,
  );
});

interface Conditions {
  readonly conditions: readonly { readonly type: string; readonly status: string }[];
}

/** Whether every node and every pod of the cluster itself is up. */
async function nodesReady(): Promise<boolean> {
  const all = [...(await list('nodes')), ...(await list('pods', 'kube-system'))];
  return all.every(({ status }) =>
    (status as Conditions).conditions.some((one) => one.type === 'Ready' && one.status === 'True'),
  );
}

// Once only: kubelets come back ever later after each time, up to half a minute (client-go's reflectors back off and
// forget it after two quiet minutes).
needing('restart-apiserver')('an API server that is away for three seconds', () => {
  test(
    'while it is probed: what was seen is told, and never more',
    async () => {
      const run = startRun(writeScenario(guarded(PLACE)));
      await run.seen(/^probe \.\.\./m);
      await handle('restart-apiserver', '3');
      const ended = await run.ended;
      if (ended.code === 5) {
        expect(ended).toMatchObject({
          stdout: '',
          stderr: expect.stringMatching(/^netproof: cannot reach the API server/m),
        });
        return;
      }
      const proved = proofOf(ended);
      expect(proved.result.summary.fail).toBe(0);
      const right = causes(KEPT_OUT);
      const passed = proved.result.verdicts.filter(({ verdict }) => verdict === 'pass');
      for (const { probe, cause } of passed) {
        const { source, endpoint } = proved.result.record.probes[probe] ?? {};
        expect([source, endpoint, cause]).toEqual([source, endpoint, right[`${source} -> ${endpoint}`]]);
      }
      expect(proved.code).toBe(passed.length === proved.result.summary.total ? 0 : 4);
    },
    RUN_MS,
  );
});
