/** The truth tables of the scenarios that people copy. */

/** Sources × endpoints, `dropped` but for those named. */
function matrix(sources: readonly string[], endpoints: readonly string[], reached: readonly string[]) {
  const cells = sources.flatMap((source) => endpoints.map((endpoint) => `${source} -> ${endpoint}`));
  return Object.fromEntries(cells.map((cell) => [cell, reached.includes(cell) ? 'reached' : 'dropped']));
}

export const TABLES = {
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
    ['a', 'b'].flatMap((tenant) =>
      ['app', 'db'].flatMap((who) => [
        `${tenant}-${who} -> ${tenant}-app:http/8080`,
        `${tenant}-${who} -> ${tenant}-db:tcp/5432`,
        `${tenant}-${who} -> logs:udp/5140`,
      ]),
    ),
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
