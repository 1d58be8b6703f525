/** Clusters that can't or won't run the probes: why, exit code 5, and nothing left. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { ANNOTATION, RUN_LABEL } from '../../src/model/labels.ts';
import { netproof, type Running } from '../support/netproof.ts';
import { send } from './support/api.ts';
import { KEPT_OUT } from './support/engine.ts';
import { serves } from './support/kinds.ts';
import { eventually, leftovers, list, type Manifest, nothingLeft, remove } from './support/objects.ts';
import { ALLOWED, DENIED, guarded, withNamespace } from './support/namespace.ts';
import { KUBECONFIG, RUN_MS } from './support/place.ts';
import {
  proofOf,
  prove,
  startRun,
  table,
  type Wish,
  type Written,
  writeScenario,
} from './support/scenario.ts';

const PLACE = 'np-e2e-bad';
/** Skipped where the API serves no policies of that kind, as the embedded cluster's. */
const admission = (await serves('ValidatingAdmissionPolicy')) ? test : test.skip;

afterEach(() => nothingLeft(), RUN_MS);

const created = (more: Partial<Written> = {}): Written => ({
  namespaces: { [PLACE]: { create: true } },
  workloads: { one: { namespace: PLACE, listen: ['tcp/8080'] } },
  expect: { default: 'allow' },
  ...more,
});

const existing = (more: Partial<Written> = {}): Written => created({ namespaces: { [PLACE]: {} }, ...more });

async function isRefused(scenario: Written, why: RegExp, wish: Wish = {}): Promise<void> {
  const { code, stdout, stderr } = await startRun(writeScenario(scenario), wish).ended;
  expect({ code, stdout, stderr }).toEqual({ code: 5, stdout: '', stderr: expect.stringMatching(why) });
}

describe('pods that do not start', () => {
  test(
    'an image that can not be pulled',
    () =>
      isRefused(
        created(),
        /^netproof: .* did not start: (ImagePullBackOff|ErrImagePull): .*registry\.invalid/m,
        {
          image: 'registry.invalid/does-not-exist:1',
        },
      ),
    RUN_MS,
  );

  test(
    'no room for them',
    () =>
      isRefused(
        created({ pods: { memory: '900Gi', startTimeout: '5s' } }),
        /^netproof: .* not running after 5 s: Unschedulable: .*Insufficient memory/m,
      ),
    RUN_MS,
  );

  test(
    'a quota that is used up',
    () =>
      withNamespace(PLACE, [inPlace('v1', 'ResourceQuota', 'few', { hard: { pods: '1' } })], () =>
        isRefused(
          existing({
            workloads: {
              one: { namespace: PLACE, listen: ['tcp/8080'] },
              two: { namespace: PLACE, listen: ['tcp/8080'] },
            },
          }),
          /^netproof: .* was refused: .*exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1/m,
        ),
      ),
    RUN_MS,
  );

  test(
    'a service account that does not exist',
    () =>
      withNamespace(PLACE, [], () =>
        isRefused(
          existing({
            workloads: { one: { namespace: PLACE, serviceAccount: 'nobody', listen: ['tcp/8080'] } },
          }),
          /^netproof: .* was refused: .*error looking up service account np-e2e-bad\/nobody: serviceaccount "nobody" not found/m,
        ),
      ),
    RUN_MS,
  );

  admission(
    'an admission policy against their image',
    async () => {
      const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] };
      const name = 'np-e2e-own-registry-only';
      const selector = { matchLabels: { 'kubernetes.io/metadata.name': PLACE } };
      const head = { apiVersion: 'admissionregistration.k8s.io/v1', metadata: { name } };
      const objects = [
        {
          ...head,
          kind: 'ValidatingAdmissionPolicy',
          spec: {
            matchConstraints: { resourceRules: [rule] },
            validations: [{ expression: 'false', message: 'images come from our own registry' }],
          },
        },
        {
          ...head,
          kind: 'ValidatingAdmissionPolicyBinding',
          spec: {
            policyName: name,
            validationActions: ['Deny'],
            matchResources: { namespaceSelector: selector },
          },
        },
      ];
      try {
        await withNamespace(PLACE, objects, async () => {
          await inForce();
          await isRefused(existing(), /^netproof: .* was refused: .*images come from our own registry/m);
        });
      } finally {
        await remove(...objects);
      }
    },
    RUN_MS,
  );
});

function inPlace(apiVersion: string, kind: string, name: string, spec: object): Manifest {
  return { apiVersion, kind, metadata: { name, namespace: PLACE }, spec };
}

/** Resolves when the API server has compiled the admission policy and refuses pods. */
async function inForce(): Promise<void> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'tried' },
    spec: { containers: [{ name: 'tried', image: 'none' }] },
  };
  await eventually(
    () => send('POST', `/api/v1/namespaces/${PLACE}/pods?dryRun=All`, pod).then(() => 'taken', String),
    (answer) => answer.includes('our own registry'),
  );
}

/** The launched pod of that workload and role, as soon as it runs. */
async function launched(workload: string, role: string): Promise<Manifest> {
  const pods = await eventually(
    async () => {
      const all = await list('pods', PLACE, RUN_LABEL);
      return all.filter(
        ({ metadata, ...pod }) =>
          metadata.annotations?.[ANNOTATION.workload] === workload &&
          metadata.annotations[ANNOTATION.role] === role &&
          (pod['status'] as { phase?: string }).phase === 'Running',
      );
    },
    ({ length }) => length > 0,
  );
  return pods[0] as Manifest;
}

async function evict({ metadata }: Manifest): Promise<void> {
  const { name, namespace = '' } = metadata;
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
  await send('POST', `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, eviction);
}

async function startProbing(scenario: Written): Promise<Running> {
  const run = startRun(writeScenario(scenario));
  await run.seen(/^probe \.\.\./m);
  return run;
}

/** Its silences are waited for long enough for an eviction to come meanwhile. */
const patient = guarded(PLACE, { attempt: { timeout: '5s' } });

describe('a pod that is evicted while it is probed', () => {
  test(
    'a listener: nothing that it should have been kept from is proven',
    async () => {
      const run = await startProbing(patient);
      await evict(await launched('server', 'listener'));
      const proved = proofOf(await run.ended);
      for (const cell of DENIED) expect([cell, table(proved)[cell]]).toEqual([cell, 'probe-lost']);
      expect(proved.code).toBe(4);
    },
    RUN_MS,
  );

  test(
    'a prober: its probes are lost, and only they',
    async () => {
      const run = await startProbing(patient);
      await evict(await launched('stranger', 'prober'));
      const proved = proofOf(await run.ended);
      const others = ([cell]: readonly [string, unknown]): boolean => !cell.startsWith('stranger');
      const seen = Object.entries(table(proved));
      expect(Object.fromEntries(seen.filter(others))).toEqual(
        Object.fromEntries([
          ...DENIED.map((cell) => [cell, KEPT_OUT] as const).filter(others),
          ...ALLOWED.map((cell) => [cell, 'reached'] as const).filter(others),
        ]),
      );
      // It may have been given the time to tell how far it came.
      const denied = seen.filter(([cell]) => DENIED.includes(cell) && cell.startsWith('stranger'));
      for (const [, cause] of denied) expect(['probe-lost', 'unsettled']).toContain(cause);
      expect(proved.code).toBe(4);
    },
    RUN_MS,
  );
});

describe('a run that is ended', () => {
  test(
    'by SIGTERM: it cleans up after itself',
    async () => {
      const run = await startProbing(guarded(PLACE));
      run.process.kill('SIGTERM');
      const { code, stdout, stderr } = await run.ended;
      expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
      expect(stderr).toContain('interrupted before there was a result');
    },
    RUN_MS,
  );

  test(
    'by SIGKILL: netproof cleanup finds and removes all that is left',
    async () => {
      const run = await startProbing(guarded(PLACE));
      run.process.kill('SIGKILL');
      await run.ended;
      const id = /^run (\w+)$/m.exec((await run.ended).stderr)?.[1] ?? '';
      expect((await leftovers()).length).toBeGreaterThan(5);
      const cleaned = await netproof(['cleanup', '--run-id', id], { KUBECONFIG });
      expect(cleaned).toMatchObject({ code: 0, stdout: expect.stringMatching(/^removed \d+ objects$/m) });
      expect(cleaned.stdout).toContain(`removed Namespace ${PLACE}\n`);
      await nothingLeft();
      expect((await prove(writeScenario(guarded(PLACE)))).code).toBe(0);
    },
    RUN_MS,
  );
});
