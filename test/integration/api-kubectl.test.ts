/** kubectl on the embedded cluster, as a person uses it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../support/until.ts';
import { ApiLab, type Ran, hasKubectl } from './api-lab.ts';

const SERVER = `
apiVersion: v1
kind: Pod
metadata: { name: server, namespace: shop, labels: { app: server } }
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - name: main
      image: node:20
      command: [node, -e, 'require("http").createServer((q, s) => s.end("hi")).listen(8080, () => console.log("listening"))']
      ports: [{ containerPort: 8080, name: web }]
---
apiVersion: v1
kind: Service
metadata: { name: server, namespace: shop }
spec:
  selector: { app: server }
  ports: [{ port: 80, targetPort: web }]
`;
/** Connects anew every time: a policy leaves established connections alone. */
const CLIENT = `
apiVersion: v1
kind: Pod
metadata: { name: client, namespace: shop, labels: { app: client } }
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - name: main
      image: node:20
      command: [node, -e]
      args:
        - |
          const go = () => {
            const done = (text) => { console.log(text); setTimeout(go, 50) }
            require('http').get({ host: 'server', agent: false, timeout: 500 }, (r) => { r.resume(); done(r.statusCode) })
              .on('timeout', function () { this.destroy(new Error('timed out')) }).on('error', (e) => done(e.message))
          }
          go()
`;
const DENY = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: deny, namespace: shop }
spec: { podSelector: { matchLabels: { app: server } }, policyTypes: [Ingress] }
`;

let lab: ApiLab;
beforeAll(async () => {
  lab = await ApiLab.open();
});
afterAll(() => lab.close());

async function ok(args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr }: Ran = await lab.kubectl(args, input);
  expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
  return stdout;
}

const lastLine = async (pod: string): Promise<string> =>
  (await lab.kubectl(['-n', 'shop', 'logs', pod, '--tail=1'])).stdout.trim();

(hasKubectl ? describe : describe.skip)('kubectl', () => {
  test('shows the cluster', async () => {
    expect(await ok(['get', 'nodes', '-o', 'wide'])).toMatch(/^worker-1 +Ready .* 172\.30\.0\.11 /m);
    expect(await ok(['get', 'pods', '-A'])).toMatch(/^kube-system +cluster-dns-\S+ +1\/1 +Running +0 /m);
    expect(await ok(['get', 'all', '-A'])).toMatch(
      /^kube-system +service\/kube-dns +ClusterIP +10\.96\.0\.10 /m,
    );
    expect(await ok(['api-resources'])).toMatch(
      /^networkpolicies +netpol +networking\.k8s\.io\/v1 +true +NetworkPolicy$/m,
    );
    expect(await ok(['cluster-info'])).toContain(lab.sandbox.server);
  });

  test('applies pods and a policy, and packets are dropped until it goes', async () => {
    await ok(['create', 'namespace', 'shop']);
    // Before that it takes no pods.
    await ok(['-n', 'shop', 'wait', '--for=create', 'serviceaccount/default', '--timeout=10s']);
    expect(await ok(['apply', '-f', '-'], SERVER + '---' + CLIENT)).toBe(
      'pod/server created\nservice/server created\npod/client created\n',
    );
    await eventually(
      () => lastLine('client'),
      (line) => line === '200',
    );
    expect(await ok(['apply', '-f', '-'], DENY)).toBe('networkpolicy.networking.k8s.io/deny created\n');
    await eventually(
      () => lastLine('client'),
      (line) => line === 'timed out',
    );
    expect(await ok(['-n', 'shop', 'get', 'netpol'])).toMatch(/^deny +app=server /m);
    expect(await ok(['-n', 'shop', 'describe', 'netpol', 'deny'])).toContain(
      'Selected pods are isolated for ingress connectivity',
    );
    await ok(['-n', 'shop', 'delete', 'netpol', 'deny']);
    await eventually(
      () => lastLine('client'),
      (line) => line === '200',
    );
  });

  test('applies again without change, with a change, from the server side, and dry', async () => {
    await ok(['apply', '-f', '-'], DENY);
    expect(await ok(['apply', '-f', '-'], DENY)).toBe('networkpolicy.networking.k8s.io/deny unchanged\n');
    const changed = DENY.replace('[Ingress]', '[Egress]');
    expect(await ok(['apply', '--dry-run=server', '-f', '-'], changed)).toContain(
      'configured (server dry run)',
    );
    expect(await ok(['apply', '-f', '-'], changed)).toContain('configured');
    expect(await ok(['-n', 'shop', 'get', 'netpol', 'deny', '-o', 'jsonpath={.spec.policyTypes}'])).toBe(
      '["Egress"]',
    );
    expect(await ok(['apply', '--server-side', '--force-conflicts', '-f', '-'], DENY)).toContain(
      'serverside-applied',
    );
    expect(await ok(['-n', 'shop', 'get', 'netpol', 'deny', '-o', 'yaml'])).toMatch(
      /policyTypes:\n {2}- Ingress\n/,
    );
    await ok(['delete', '-f', '-'], DENY);
  });

  test('is told what is wrong with a manifest', async () => {
    const typo = await lab.kubectl(['apply', '-f', '-'], DENY.replace('podSelector', 'podSelecter'));
    expect(typo.code).toBe(1);
    expect(typo.stderr).toContain('strict decoding error: unknown field "spec.podSelecter"');
    const type = await lab.kubectl(['apply', '-f', '-'], DENY.replace('[Ingress]', '[Both]'));
    expect(type.stderr).toContain('spec.policyTypes[0]: Unsupported value: "Both"');
    const kind = await lab.kubectl(
      ['apply', '-f', '-'],
      DENY.replace('kind: NetworkPolicy', 'kind: NetPolicy'),
    );
    expect(kind.stderr).toContain('no matches for kind "NetPolicy" in version "networking.k8s.io/v1"');
    const warned = await lab.kubectl(
      ['apply', '--validate=warn', '-f', '-'],
      DENY.replace('podSelector', 'podSelecter'),
    );
    expect(warned).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Warning: unknown field "spec.podSelecter"'),
    });
    await ok(['-n', 'shop', 'delete', 'netpol', 'deny']);
  });

  test('labels and annotates', async () => {
    await ok(['-n', 'shop', 'label', 'pod', 'client', 'tier=x']);
    await ok(['-n', 'shop', 'annotate', 'pod', 'client', 'note=y']);
    expect(await ok(['-n', 'shop', 'get', 'pods', '-l', 'tier=x', '-o', 'name'])).toBe('pod/client\n');
    await ok(['-n', 'shop', 'label', 'pod', 'client', 'tier-']);
    expect(await ok(['-n', 'shop', 'get', 'pods', '-l', 'tier=x', '-o', 'name'])).toBe('');
  });

  test('describes a pod with its events, and shows it as YAML', async () => {
    const described = await ok(['-n', 'shop', 'describe', 'pod', 'server']);
    expect(described).toMatch(
      /Normal +Scheduled +\S+ +default-scheduler +Successfully assigned shop\/server to worker-/,
    );
    expect(described).toMatch(/Scheduled[^]*Pulled[^]*Created[^]*Started/);
    expect(await ok(['-n', 'shop', 'get', 'pod', 'server', '-o', 'yaml'])).toMatch(/^ {2}phase: Running$/m);
  });

  test('runs a pod, watches it and deletes it', async () => {
    const end = new AbortController();
    const watching = lab.kubectl(['get', 'pods', '-w', '-l', 'run=once'], undefined, end.signal);
    await delay(300);
    expect(
      await ok([
        'run',
        'once',
        '--image=node:20',
        '--restart=Never',
        '--command',
        '--',
        'node',
        '-e',
        'console.log("ran")',
      ]),
    ).toBe('pod/once created\n');
    await ok(['wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/once', '--timeout=10s']);
    expect(await ok(['logs', '-f', 'once'])).toBe('ran\n');
    expect(await ok(['delete', 'pod', 'once'])).toMatch(/^pod "once" deleted/);
    end.abort();
    const { stdout } = await watching;
    expect(stdout).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE\n/);
    expect(stdout).toMatch(/^once +0\/1 +(Pending|ContainerCreating) /m);
    expect(stdout).toMatch(/^once +0\/1 +Completed /m);
  });

  test('follows a log while it grows', async () => {
    const end = new AbortController();
    const following = lab.kubectl(
      ['-n', 'shop', 'logs', '-f', 'client', '--tail=2', '--timestamps'],
      undefined,
      end.signal,
    );
    await delay(800);
    end.abort();
    const lines = (await following).stdout.trim().split('\n');
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) expect(line).toMatch(/^\d{4}-\S+\.\d{9}Z (200|timed out)$/);
  });

  test('creates things from its own arguments', async () => {
    await ok(['create', 'namespace', 'made']);
    await ok(['-n', 'made', 'create', 'configmap', 'settings', '--from-literal=a=b']);
    expect(await ok(['-n', 'made', 'get', 'configmap', 'settings', '-o', 'jsonpath={.data.a}'])).toBe('b');
    await ok([
      '-n',
      'made',
      'create',
      'deployment',
      'web',
      '--image=node:20',
      '--replicas=2',
      '--',
      'node',
      '-e',
      'setInterval(() => {}, 1000)',
    ]);
    await ok(['-n', 'made', 'rollout', 'status', 'deployment/web', '--timeout=10s']);
    await ok(['-n', 'made', 'scale', 'deployment', 'web', '--replicas=1']);
    expect(await ok(['auth', 'can-i', 'create', 'pods'])).toBe('yes\n');
  });

  test('acts as a service account, with the rights that it was given and no other', async () => {
    await ok(['create', 'serviceaccount', 'bot']);
    const token = (await ok(['create', 'token', 'bot', '--duration=1h'])).trim();
    const user = 'system:serviceaccount:default:bot';
    const asBot = (...args: readonly string[]): Promise<Ran> => lab.kubectl(['--token', token, ...args]);
    expect((await asBot('auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}')).stdout).toBe(user);
    expect(await asBot('get', 'pods')).toMatchObject({
      code: 1,
      stderr: `Error from server (Forbidden): pods is forbidden: User "${user}" cannot list resource "pods" in API group "" in the namespace "default"\n`,
    });
    await ok(['create', 'role', 'reader', '--verb=get,list', '--resource=pods,pods/log']);
    await ok(['create', 'rolebinding', 'reader', '--role=reader', '--serviceaccount=default:bot']);
    expect((await asBot('get', 'pods')).code).toBe(0);
    expect((await asBot('get', 'pods', '-A')).stderr).toContain('at the cluster scope');
    expect((await asBot('auth', 'can-i', 'get', 'pods', '--subresource=log')).stdout).toBe('yes\n');
    expect((await lab.kubectl(['auth', 'can-i', 'delete', 'pods', '--as', user])).stdout).toBe('no\n');
    expect((await asBot('get', 'pods', '--as', 'jane')).stderr).toContain(
      'cannot impersonate resource "users"',
    );
    // What it may change or hand out is bounded by what it may create and what it has.
    await ok(['create', 'role', 'writer', '--verb=get,patch,create', '--resource=roles,configmaps']);
    await ok(['create', 'rolebinding', 'writer', '--role=writer', '--serviceaccount=default:bot']);
    expect((await asBot('create', 'role', 'own', '--verb=list', '--resource=pods')).code).toBe(0);
    expect((await asBot('create', 'role', 'more', '--verb=delete', '--resource=pods')).stderr).toContain(
      'is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}',
    );
    await ok(['delete', 'rolebinding', 'writer']);
    await ok(['create', 'role', 'patcher', '--verb=get,patch', '--resource=configmaps']);
    await ok(['create', 'rolebinding', 'patcher', '--role=patcher', '--serviceaccount=default:bot']);
    const made = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: made }';
    expect(
      (await lab.kubectl(['--token', token, 'apply', '--server-side', '-f', '-'], made)).stderr,
    ).toContain(`configmaps "made" is forbidden: User "${user}" cannot create resource "configmaps"`);
    await ok(['delete', 'rolebinding', 'reader']);
    expect((await asBot('get', 'pods')).code).toBe(1);
    await ok(['delete', 'serviceaccount', 'bot']);
    expect((await asBot('get', 'pods')).stderr).toContain('Unauthorized');
  });

  test('deletes a namespace with all that is in it', async () => {
    expect(await ok(['delete', 'namespace', 'shop', '--timeout=10s'])).toMatch(/^namespace "shop" deleted/);
    expect((await lab.kubectl(['-n', 'shop', 'get', 'pods'])).stderr).toContain('No resources found');
  });
});
