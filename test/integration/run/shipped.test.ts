/** The scenarios that people copy: complete truth tables on two nodes, and nothing left of the runs. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Lab, RUN_MS, table } from '../../support/sandbox-run.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
}, RUN_MS);
afterAll(() => lab.close());

/** Sources × endpoints, `dropped` but for those named. */
function matrix(sources: readonly string[], endpoints: readonly string[], reached: readonly string[]) {
  const cells = sources.flatMap((source) => endpoints.map((endpoint) => `${source} -> ${endpoint}`));
  return Object.fromEntries(cells.map((cell) => [cell, reached.includes(cell) ? 'reached' : 'dropped']));
}

const TABLES = {
  'three-tier': matrix(
    ['web', 'api', 'db', 'visitor', 'intruder'],
    ['web:http/8080', 'web:tcp/9090', 'api:tcp/8080', 'db:tcp/5432'],
    ['visitor -> web:http/8080', 'web -> api:tcp/8080', 'api -> db:tcp/5432'],
  ),
  'tenant-isolation': matrix(
    ['a-app', 'a-db', 'b-app', 'b-db', 'logs'],
    [
      'a-app:http/8080',
      'a-db:tcp/5432',
      'b-app:http/8080',
      'b-db:tcp/5432',
      'logs:udp/5140',
      'logs:http/8080',
    ],
    [
      ...['a', 'b'].flatMap((tenant) =>
        ['app', 'db'].flatMap((who) => [
          `${tenant}-${who} -> ${tenant}-app:http/8080`,
          `${tenant}-${who} -> ${tenant}-db:tcp/5432`,
          `${tenant}-${who} -> logs:udp/5140`,
        ]),
      ),
    ],
  ),
  'egress-lockdown': matrix(
    ['worker', 'gateway'],
    [
      'gateway:http/8080',
      'internet:http/80',
      'internet:tcp/443',
      'metadata:http/80',
      'api-server:tcp/443',
      'lookup:dns/53',
    ],
    [
      'worker -> lookup:dns/53',
      'gateway -> lookup:dns/53',
      'worker -> gateway:http/8080',
      'gateway -> internet:http/80',
      'gateway -> internet:tcp/443',
    ],
  ),
};

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
