/** What `netproof rbac --for` prints is enough for the command, and each right that only reads is missed if it is taken. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { AuditResult } from '../../src/model/audit.ts';
import type { PreflightResult } from '../../src/model/result.ts';
import { type Ended, netproof } from '../support/netproof.ts';
import { accountWith } from './support/account.ts';
import { apply, eventually, list, nothingLeft, remove } from './support/objects.ts';
import { IMAGE, RUN_MS } from './support/place.ts';
import { proofOf, type Written, writeScenario } from './support/scenario.ts';

const SHARED = 'np-e2e-least';
const PLACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SHARED } };
/** Nobody starts it; policies know it all the same. */
const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'real', namespace: SHARED },
  spec: {
    schedulerName: 'nobody',
    containers: [{ name: 'main', image: 'none', ports: [{ containerPort: 8080 }] }],
  },
};
const image = IMAGE === undefined ? [] : ['--image', IMAGE];

const written: Written = {
  namespaces: { [SHARED]: {} },
  workloads: {
    server: { namespace: SHARED, labels: { app: 'server' }, listen: ['tcp/8080'] },
    client: { namespace: SHARED, labels: { app: 'client' } },
  },
  targets: { api: { service: 'kubernetes.default', ports: ['tcp/443'] } },
  expect: { default: 'allow' },
};

beforeAll(async () => {
  await apply(PLACE);
  // A pod is refused until its namespace has one.
  await eventually(
    () => list('serviceaccounts', SHARED),
    (accounts) => accounts.some(({ metadata }) => metadata.name === 'default'),
  );
  await apply(POD);
}, RUN_MS);
afterEach(() => nothingLeft(), RUN_MS);
afterAll(() => remove(PLACE), RUN_MS);

/** @param printing arguments of `netproof rbac` */
async function as(printing: readonly string[], command: readonly string[], without?: string): Promise<Ended> {
  const account = await accountWith(['rbac', ...printing], without);
  try {
    return await netproof(command, { KUBECONFIG: account.kubeconfig });
  } finally {
    await account.remove();
  }
}

const READERS = {
  explain: ['explain', `${SHARED}/real -> 203.0.113.7:443`],
  init: ['init', '-n', SHARED],
  audit: ['audit', '--passive'],
};
const UNREAD = /could not be read/;

/** However it was broken into lines. */
function said({ stdout, stderr }: Ended): string {
  return `${stdout} ${stderr}`.replaceAll(/\s+/g, ' ');
}

describe.each(['explain', 'init', 'audit'] as const)('%s', (purpose) => {
  const command = READERS[purpose];
  const printing = ['--for', purpose];

  test(
    'reads everything with the printed rights',
    async () => {
      const ended = await as(printing, command);
      // An audit that sends no packets is inconclusive, and may find what others left there.
      expect(purpose === 'audit' ? [1, 4] : [0]).toContain(ended.code);
      expect(said(ended)).not.toMatch(UNREAD);
    },
    RUN_MS,
  );

  test.each(['namespaces', 'pods', 'networkpolicies'])(
    'is refused without the one to list %s',
    async (plural) => {
      const { code, stderr } = await as(printing, command, `list ${plural}`);
      expect(code).toBe(5);
      expect(stderr).toContain(`not allowed to list ${plural}`);
      expect(stderr).toContain('netproof rbac');
    },
    RUN_MS,
  );

  test.each(purpose === 'audit' ? ['nodes', 'services', 'ingresses'] : ['nodes', 'services'])(
    'tells what it could not read without the one to list %s',
    async (plural) => {
      const ended = await as(printing, command, `list ${plural}`);
      expect(ended.code).not.toBe(5);
      expect(said(ended)).toMatch(UNREAD);
      expect(said(ended)).toContain(`not allowed to list ${plural}`);
    },
    RUN_MS,
  );
});

test(
  'preflight knows as much with the printed rights as with all of them, and is refused without one',
  async () => {
    const command = ['preflight', '-o', 'json', ...image];
    const { code, stdout } = await as(['--for', 'preflight'], command);
    // 3 and 4 are about the cluster.
    expect([0, 3, 4]).toContain(code);
    const { record } = JSON.parse(stdout) as PreflightResult;
    expect(record.detection).toMatchObject({ unread: [] });
    const refused = await as(['--for', 'preflight'], command, 'create services');
    expect(refused).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('not allowed to create services'),
    });
  },
  RUN_MS,
);

test(
  'run compares packets with all policies',
  async () => {
    const file = writeScenario(written);
    const { result } = proofOf(await as([file], ['run', file, '-o', 'json', ...image]));
    expect(result.record.notes.filter((note) => UNREAD.test(note))).toEqual([]);
    expect(result.record.probes.map(({ prediction }) => prediction?.verdict)).not.toContain('unknown');
  },
  RUN_MS,
);

test(
  'audit sends packets',
  async () => {
    const file = writeScenario(written);
    const command = ['audit', '--scenario', file, '-o', 'json', ...image];
    const { stdout } = await as(['--for', 'audit', file], command);
    const { truthTables, findings } = JSON.parse(stdout) as AuditResult;
    expect(truthTables[0]?.cells.map(({ observed }) => observed?.verdict)).not.toContain(undefined);
    expect(findings.filter(({ rule }) => rule === 'unreadable')).toEqual([]);
    expect(stdout).not.toContain('not allowed');
  },
  RUN_MS,
);
