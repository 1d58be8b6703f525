/** Whether policies are enforced here at all, on every node: what `netproof preflight` and a run's own canary find. */
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Capability } from '../../src/model/capabilities.ts';
import type { PreflightResult } from '../../src/model/result.ts';
import { start } from '../support/netproof.ts';
import { couldNotTell } from '../support/sandbox-run.ts';
import { DETECTION, ENFORCES, KNOWN_TO_LACK, REJECTS } from './support/engine.ts';
import { handle, hasHandle } from './support/handle.ts';
import { guarded } from './support/namespace.ts';
import { list, nothingLeft } from './support/objects.ts';
import { IMAGE, KUBECONFIG, RUN_MS } from './support/place.ts';
import { prove, startRun, type Written, writeScenario } from './support/scenario.ts';

const PLACE = 'np-e2e-enforcement';
/** Skipped on a plain bridge. */
const enforced = ENFORCES ? describe : describe.skip;
/** Only there. */
const ignored = ENFORCES ? describe.skip : describe;
const needing = (name: string) => (hasHandle(name) ? test : test.skip);

afterEach(() => nothingLeft(), RUN_MS);

/** On every node. Made again if the machine was too busy to tell. */
async function preflight(): Promise<PreflightResult> {
  const image = IMAGE === undefined ? [] : ['--image', IMAGE];
  for (let tries = 1; ; tries += 1) {
    const args = ['preflight', '--every-node', '-o', 'json', ...image];
    const { code, stdout, stderr } = await start(args, { KUBECONFIG }).ended;
    if (stdout === '') throw new Error(`no result, exit code ${code}: ${stderr}`);
    const result = JSON.parse(stdout) as PreflightResult;
    expect(code).toBe(result.summary.exitCode);
    if (tries === 3 || !couldNotTell(result.record.capabilities)) return result;
  }
}

const absentIn = ({ record }: PreflightResult): readonly Capability[] =>
  record.capabilities.proofs.flatMap(({ capability, proof }) => (proof === 'absent' ? [capability] : []));

/** All of it on one node. */
function on(node: string): Written {
  const { workloads, ...rest } = guarded(PLACE);
  const placed = Object.entries(workloads).map(([name, workload]) => [name, { ...workload, node }]);
  return { ...rest, workloads: Object.fromEntries(placed) as Written['workloads'] };
}

enforced('an engine that enforces', () => {
  test(
    'is proven on every node, and lacks only what it is known to lack',
    async () => {
      const result = await preflight();
      const { ingress, egress, nodes } = result.record.capabilities;
      expect({ ingress, egress }).toEqual({ ingress: 'proven', egress: 'proven' });
      const names = (await list('nodes')).map(({ metadata }) => metadata.name).toSorted();
      expect(nodes).toEqual(names.map((node) => ({ node, ingress: 'proven', egress: 'proven' })));
      for (const capability of absentIn(result)) expect(KNOWN_TO_LACK).toContain(capability);
    },
    3 * RUN_MS,
  );

  test(
    'denies in the way that is learned, and verdicts say which',
    async () => {
      const { result, code } = await prove(writeScenario(guarded(PLACE)));
      const { tcp } = result.record.capabilities.denySignature;
      const causes = result.verdicts.map(({ cause }) => cause);
      expect(code).toBe(0);
      expect(tcp.includes('refused')).toBe(REJECTS);
      expect(causes.includes('rejected')).toBe(REJECTS);
    },
    RUN_MS,
  );

  needing('policy-off')(
    'and is switched off: absent everywhere, with the switch if there is one',
    async () => {
      await handle('policy-off');
      try {
        const result = await preflight();
        const { capabilities, detection } = result.record;
        expect(result.summary.exitCode).toBe(3);
        expect([capabilities.ingress, capabilities.egress]).toEqual(['absent', 'absent']);
        expect(capabilities.measures).toEqual({});
        const switches = detection.engines.flatMap((engine) => engine.switches);
        const switchable = DETECTION.engines.filter(({ agents }) => agents !== undefined);
        expect(switches.map(({ effect }) => effect)).toEqual(switchable.map(() => 'off'));
      } finally {
        await handle('policy-on');
      }
    },
    3 * RUN_MS,
  );

  needing('node-stop-enforcer')(
    'and stops on one node: that node is named, and only what relies on it is refused',
    async () => {
      await handle('node-stop-enforcer', 'node-2');
      try {
        const result = await preflight();
        expect(result.summary.exitCode).toBe(3);
        expect(result.record.capabilities.nodes).toEqual([
          { node: 'node-1', ingress: 'proven', egress: 'proven' },
          { node: 'node-2', ingress: 'absent', egress: 'absent' },
        ]);
        const refused = await startRun(writeScenario(on('node-2'))).ended;
        expect(refused).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('node-2') });
        expect((await prove(writeScenario(on('node-1')))).code).toBe(0);
      } finally {
        await handle('node-start-enforcer', 'node-2');
      }
    },
    3 * RUN_MS,
  );

  needing('node-stop-agent')(
    'and has no agent on one node: that node is named, and nothing is proven there',
    async () => {
      await handle('node-stop-agent', 'node-2');
      try {
        const { summary, record } = await preflight();
        expect(record.detection.engines.map(({ agents }) => agents?.ready)).toEqual([['node-1']]);
        const proven = record.capabilities.nodes.filter(({ ingress }) => ingress === 'proven');
        expect(proven.map(({ node }) => node)).toEqual(['node-1']);
        // New pods are open there (3), or do not start at all and nothing can be told (4).
        expect([3, 4]).toContain(summary.exitCode);
      } finally {
        await handle('node-start-agent', 'node-2');
      }
    },
    3 * RUN_MS,
  );
});

ignored('a cluster that takes policies and ignores them', () => {
  test(
    'is found out: exit code 3, absent in both directions, and no verdict',
    async () => {
      const { summary, record } = await preflight();
      const { ingress, egress } = record.capabilities;
      expect([summary.exitCode, ingress, egress]).toEqual([3, 'absent', 'absent']);
      const { code, stdout, stderr } = await startRun(writeScenario(guarded(PLACE))).ended;
      expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
      expect(stderr).toContain('ingress policies are ignored');
      expect(stderr).toContain('install a network plugin that enforces policies');
    },
    3 * RUN_MS,
  );
});
