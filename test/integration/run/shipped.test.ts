/** The scenarios that people copy: complete truth tables on two nodes, and nothing left of the runs. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { netproof } from '../../support/netproof.ts';
import { Lab, RUN_MS, table } from '../../support/sandbox-run.ts';
import { TABLES } from '../../support/shipped.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
}, RUN_MS);
afterAll(() => lab.close());

describe.each(Object.entries(TABLES))('scenarios/%s', (name, expected) => {
  test(
    'is proven completely and leaves nothing',
    async () => {
      const before = await lab.everything();
      const proved = await lab.prove(`scenarios/${name}/scenario.yaml`);
      expect(table(proved)).toEqual(expected);
      expect(proved.code).toBe(0);
      expect(new Set(proved.result.record.listeners.map(({ node }) => node)).size).toBe(
        name === 'egress-lockdown' ? 1 : 2,
      );
      await lab.unchanged(before);
    },
    RUN_MS,
  );
});

test(
  'a scenario that needs two nodes says so where there is one, at once',
  async () => {
    const args = ['run', 'scenarios/tenant-isolation/scenario.yaml', '--sandbox', '--sandbox-nodes', '1'];
    const { code, stdout, stderr } = await netproof(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^scenarios\/tenant-isolation\/scenario\.yaml:\d+:\d+: workload a-db: differentNodeFrom needs a second node; there is only worker-1$/m,
    );
    expect(stderr).not.toMatch(/removed/);
  },
  RUN_MS,
);
