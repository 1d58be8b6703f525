import { describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../../src/sandbox/api/object.ts';
import { resource, PODS, object, pod, refusal, world } from './support.ts';

const ENFORCE = 'pod-security.kubernetes.io/enforce';
const SAFE: JsonObject = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      name: 'main',
      image: 'i',
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    },
  ],
};
const container = (securityContext: JsonObject, extra: JsonObject = {}): JsonObject => ({
  containers: [{ name: 'main', image: 'i', securityContext, ...extra }],
});
const safeContainer = (securityContext: JsonObject): JsonObject => ({
  ...SAFE,
  ...container({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, ...securityContext }),
});
const volume = (source: JsonObject): JsonObject => ({ ...SAFE, volumes: [{ name: 'v', ...source }] });

const judged = async (level: string, spec: JsonObject): Promise<string> => {
  const { rest } = await world({ [ENFORCE]: level });
  return refusal(() => rest.create(PODS, 'default', pod('p', spec), { dryRun: true })).message ?? '';
};

describe('Pod Security', () => {
  test('restricted: an ordinary pod breaks four rules, told in the words of the real plugin', async () => {
    expect(await judged('restricted', {})).toBe(
      'pods "p" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "main" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "main" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "main" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "main" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    );
  });

  test.each(['restricted', 'baseline', 'privileged'])(
    '%s: a pod that keeps all rules is let in',
    async (level) => {
      const { rest } = await world({ [ENFORCE]: level });
      expect(rest.create(PODS, 'default', pod('p', SAFE)).object.metadata.name).toBe('p');
    },
  );

  test.each<[string, JsonObject, string]>([
    ['baseline', { hostNetwork: true }, 'host namespaces (hostNetwork=true)'],
    ['baseline', { hostPID: true, hostIPC: true }, 'host namespaces (hostPID=true, hostIPC=true)'],
    [
      'baseline',
      container({ privileged: true }),
      'privileged (container "main" must not set securityContext.privileged=true)',
    ],
    [
      'baseline',
      container({ capabilities: { add: ['NET_ADMIN'] } }),
      'non-default capabilities (container "main" must not include "NET_ADMIN" in securityContext.capabilities.add)',
    ],
    ['baseline', { volumes: [{ name: 'v', hostPath: { path: '/' } }] }, 'hostPath volumes (volume "v")'],
    [
      'baseline',
      container({}, { ports: [{ containerPort: 1, hostPort: 80 }] }),
      'hostPort (container "main" uses hostPort 80)',
    ],
    [
      'baseline',
      container({ seccompProfile: { type: 'Unconfined' } }),
      'seccompProfile (container "main" must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      'baseline',
      { securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } },
      'forbidden sysctls (kernel.msgmax)',
    ],
    [
      'restricted',
      safeContainer({ capabilities: { drop: ['ALL'], add: ['CHOWN'] } }),
      'unrestricted capabilities (container "main" must not include "CHOWN" in securityContext.capabilities.add)',
    ],
    [
      'restricted',
      safeContainer({ runAsNonRoot: false }),
      'runAsNonRoot != true (container "main" must not set securityContext.runAsNonRoot=false)',
    ],
    [
      'restricted',
      safeContainer({ runAsUser: 0 }),
      'runAsUser=0 (container "main" must not set runAsUser=0)',
    ],
    [
      'restricted',
      volume({ nfs: { server: 's', path: '/' } }),
      'restricted volume types (volume "v" uses restricted volume type "nfs")',
    ],
    ['nonsense', container({ privileged: true }), 'violates PodSecurity "nonsense:latest": privileged'],
  ])('%s: %j', async (level, spec, message) => {
    expect(await judged(level, spec)).toContain(message);
  });

  test.each<[string, JsonObject]>([
    ['baseline', container({ capabilities: { add: ['CHOWN'] } })],
    ['restricted', safeContainer({ capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } })],
    ['restricted', volume({ emptyDir: {} })],
  ])('%s lets in %j', async (level, spec) => {
    const { rest } = await world({ [ENFORCE]: level });
    expect(rest.create(PODS, 'default', pod('p', spec), { dryRun: true }).warnings).toEqual([]);
  });

  test('warns where a namespace asks for warnings', async () => {
    const { rest } = await world({ 'pod-security.kubernetes.io/warn': 'restricted' });
    const { warnings } = rest.create(PODS, 'default', pod('p'));
    expect(warnings).toEqual([expect.stringMatching(/^would violate PodSecurity "restricted:latest": /)]);
  });
});

describe('a quota', () => {
  const quota = (hard: Json): JsonObject => object('v1', 'ResourceQuota', 'q', { spec: { hard } });
  test.each(['pods', 'count/pods'])('on %s holds at its number', async (entry) => {
    const { rest, store } = await world();
    store.create('resourcequotas', {
      ...quota({ [entry]: '2' }),
      metadata: { name: 'q', namespace: 'default', uid: '', resourceVersion: '', creationTimestamp: '' },
    } as never);
    rest.create(PODS, 'default', pod('a'));
    rest.create(PODS, 'default', pod('b'));
    expect(refusal(() => rest.create(PODS, 'default', pod('c')))).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message: `pods "c" is forbidden: exceeded quota: q, requested: ${entry}=1, used: ${entry}=2, limited: ${entry}=2`,
    });
    expect(resource('v1', 'ResourceQuota').namespaced).toBe(true);
  });
});
