/** The embedded cluster as a client of its API sees it: pods that run, end, are refused, collected, evicted. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { CoreV1Api, KubeConfig, Log, type V1Pod, Watch } from '@kubernetes/client-node';
import { eventually } from '../support/until.ts';
import { ApiLab, named, phase, refused, script } from './api-lab.ts';

let lab: ApiLab;
beforeAll(async () => {
  lab = await ApiLab.open();
});
afterAll(() => lab.close());

const FOREVER = 'setInterval(() => {}, 1000)';

describe('a pod', () => {
  test('runs in namespaces of its own, with its name, its addresses and its DNS', async () => {
    const code = `const fs = require('fs'), os = require('os');
      console.log(JSON.stringify({ pid: process.pid, host: os.hostname(), ip: process.env.IP, node: process.env.NODE_IP,
        links: Object.keys(os.networkInterfaces()).sort(), own: os.networkInterfaces().eth0?.[0].address,
        resolv: fs.readFileSync('/etc/resolv.conf', 'utf8'), hosts: fs.readFileSync('/etc/hosts', 'utf8'),
        args: process.argv.slice(1) }))`;
    const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
    await lab.pod('default', 'facts', {
      ...script(code, {
        args: ['$(IP)', '$$(IP)'],
        env: [field('IP', 'status.podIP'), field('NODE_IP', 'status.hostIP')],
      }),
    });
    const { status } = await lab.podWhen('default', 'facts', phase('Succeeded'));
    const seen = JSON.parse(await lab.log('default', 'facts')) as Record<string, unknown>;
    expect(seen).toMatchObject({
      pid: 1,
      host: 'facts',
      ip: status?.podIP,
      own: status?.podIP,
      node: status?.hostIP,
      resolv: expect.stringMatching(
        /^search default\.svc\.cluster\.local .*\nnameserver 10\.96\.0\.10\noptions ndots:5\n$/,
      ),
      hosts: expect.stringContaining(`${status?.podIP}\tfacts`),
      args: [status?.podIP, '$(IP)'],
    });
    expect(status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({
      exitCode: 0,
      reason: 'Completed',
    });
  });

  test.each([
    ['process.exit(3)', 3, 'Failed'],
    ['process.kill(process.pid, "SIGKILL")', 0, 'Succeeded'],
  ])('that does %s', async (code, exitCode, wanted) => {
    // PID 1 can't kill itself: in a real container neither.
    const name = `ends-${exitCode}`;
    await lab.pod('default', name, script(code));
    const { status } = await lab.podWhen('default', name, phase(wanted));
    expect(status?.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(exitCode);
  });

  test('that fails is restarted when its policy says so, and its former log is kept', async () => {
    const spec = script('console.log("run", Date.now()); process.exit(1)');
    await lab.pod('default', 'restarts', { ...spec, restartPolicy: 'OnFailure' });
    const { status } = await lab.podWhen('default', 'restarts', (pod) => {
      const container = pod.status?.containerStatuses?.[0];
      return container?.state?.waiting?.reason === 'CrashLoopBackOff' && container.restartCount === 1;
    });
    expect(status?.containerStatuses?.[0]).toMatchObject({
      lastState: { terminated: { exitCode: 1, reason: 'Error' } },
    });
    const previous = await lab.core.readNamespacedPodLog({
      namespace: 'default',
      name: 'restarts',
      previous: true,
    });
    expect(previous).toMatch(/^run \d+\n$/);
    expect(previous).not.toBe(await lab.log('default', 'restarts'));
    await lab.core.deleteNamespacedPod({ namespace: 'default', name: 'restarts' });
  });

  test('runs its init containers first', async () => {
    const spec = script('console.log("main", Date.now())');
    const init = (name: string) => ({
      name,
      image: 'node:20',
      command: ['node', '-e', 'console.log(Date.now())'],
    });
    await lab.pod('default', 'inits', { ...spec, initContainers: [init('one'), init('two')] });
    await lab.podWhen('default', 'inits', phase('Succeeded'));
    const times = await Promise.all(
      ['one', 'two', 'main'].map(async (container) => {
        const text = await lab.core.readNamespacedPodLog({ namespace: 'default', name: 'inits', container });
        return Number(/\d+/.exec(text)?.[0]);
      }),
    );
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test('whose image can not be pulled says so, as does its log', async () => {
    const spec = script(FOREVER, { image: 'registry.example/does-not-exist:1' });
    await lab.pod('default', 'imageless', spec);
    const reason = (pod: V1Pod) => pod.status?.containerStatuses?.[0]?.state?.waiting?.reason;
    await lab.podWhen('default', 'imageless', (pod) => reason(pod) === 'ErrImagePull');
    const { status } = await lab.podWhen('default', 'imageless', (pod) => reason(pod) === 'ImagePullBackOff');
    expect(status?.phase).toBe('Pending');
    expect(await refused(lab.log('default', 'imageless'))).toEqual({
      code: 400,
      message: 'container "main" in pod "imageless" is waiting to start: trying and failing to pull image',
    });
    await lab.core.deleteNamespacedPod({ namespace: 'default', name: 'imageless' });
  });

  test('without a program to run fails with StartError', async () => {
    const none: V1Pod['spec'] = {
      restartPolicy: 'Never',
      containers: [{ name: 'main', image: 'i', command: ['no-such-program'] }],
    };
    await lab.pod('default', 'unstarted', none);
    const { status } = await lab.podWhen('default', 'unstarted', phase('Failed'));
    expect(status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({
      exitCode: 128,
      reason: 'StartError',
      message: 'exec: "no-such-program": executable file not found in $PATH',
    });
  });

  test('fails at its deadline', async () => {
    await lab.pod('default', 'late', { ...script(FOREVER), activeDeadlineSeconds: 1 });
    const { status } = await lab.podWhen('default', 'late', phase('Failed'));
    expect(status).toMatchObject({
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
    await lab.podWhen(
      'default',
      'late',
      (pod) => pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode === 137,
    );
  });

  test('gets SIGTERM, and SIGKILL after its grace', async () => {
    const polite =
      'process.on("SIGTERM", () => { console.log("bye"); process.exit(0) }); console.log("up");' + FOREVER;
    await lab.pod('default', 'polite', { ...script(polite), terminationGracePeriodSeconds: 20 });
    await lab.pod('default', 'deaf', {
      ...script(`console.log("up");${FOREVER}`),
      terminationGracePeriodSeconds: 1,
    });
    for (const name of ['polite', 'deaf'])
      await eventually(
        () => lab.log('default', name).catch(() => ''),
        (log) => log === 'up\n',
      );
    const started = performance.now();
    const gone = (name: string) =>
      eventually(
        async () => named(await lab.core.listNamespacedPod({ namespace: 'default' })),
        (names) => !names.includes(name),
      );
    await lab.core.deleteNamespacedPod({ namespace: 'default', name: 'polite' });
    await gone('polite');
    expect(performance.now() - started).toBeLessThan(1000);
    const again = performance.now();
    await lab.core.deleteNamespacedPod({ namespace: 'default', name: 'deaf' });
    expect(
      (await lab.core.readNamespacedPod({ namespace: 'default', name: 'deaf' })).metadata?.deletionTimestamp,
    ).toBeDefined();
    await gone('deaf');
    expect(performance.now() - again).toBeGreaterThan(900);
  });

  test('is never ready while its gate is not met, and is listed as not ready', async () => {
    await lab.core.createNamespacedService({
      namespace: 'default',
      body: { metadata: { name: 'gated' }, spec: { selector: { app: 'gated' }, ports: [{ port: 80 }] } },
    });
    const gates = { readinessGates: [{ conditionType: 'netproof.dev/never' }] };
    const { metadata } = await lab.pod(
      'default',
      'gated',
      { ...script(FOREVER), ...gates },
      { app: 'gated' },
    );
    const { status } = await lab.podWhen('default', 'gated', phase('Running'));
    const condition = (type: string) => status?.conditions?.find((one) => one.type === type)?.status;
    expect([condition('ContainersReady'), condition('Ready')]).toEqual(['True', 'False']);
    const slices = await eventually(
      () => lab.core.readNamespacedEndpoints({ namespace: 'default', name: 'gated' }),
      ({ subsets }) => (subsets?.length ?? 0) > 0,
    );
    expect(slices.subsets?.[0]?.addresses).toBeUndefined();
    expect(slices.subsets?.[0]?.notReadyAddresses?.[0]).toMatchObject({
      ip: status?.podIP,
      targetRef: { uid: metadata?.uid },
    });
  });

  test('is probed: ready when it answers, restarted when it stops to', async () => {
    const code = `let bad = false; require('http').createServer((q, s) => {
      if (q.url === '/break') bad = true; s.writeHead(bad && q.url !== '/ready' ? 500 : 200).end() }).listen(8080);
      setTimeout(() => { bad = true }, 1500)`;
    const get = (path: string) => ({ httpGet: { path, port: 8080 }, periodSeconds: 1, failureThreshold: 1 });
    const spec = script(code, {
      readinessProbe: get('/ready'),
      livenessProbe: { ...get('/'), initialDelaySeconds: 1 },
    });
    await lab.pod('default', 'probed', { ...spec, restartPolicy: 'Always' });
    await lab.podWhen('default', 'probed', (pod) => pod.status?.containerStatuses?.[0]?.ready === true);
    await lab.podWhen('default', 'probed', (pod) => pod.status?.containerStatuses?.[0]?.restartCount === 1);
    const events = await lab.core.listNamespacedEvent({
      namespace: 'default',
      fieldSelector: 'involvedObject.name=probed',
    });
    expect(events.items.map((event) => event.message)).toEqual(
      expect.arrayContaining([
        'Liveness probe failed: HTTP probe failed with statuscode: 500',
        'Container main failed liveness probe, will be restarted',
      ]),
    );
    await lab.core.deleteNamespacedPod({ namespace: 'default', name: 'probed' });
  });

  test('keeps away from and close to others, or waits and says why', async () => {
    const beside = (kind: 'podAffinity' | 'podAntiAffinity') => ({
      affinity: {
        [kind]: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'anchor' } } },
          ],
        },
      },
    });
    const anchor = await lab.pod('default', 'anchor', script(FOREVER), { app: 'anchor' });
    await lab.podWhen('default', 'anchor', phase('Running'));
    await lab.pod('default', 'close', { ...script(FOREVER), ...beside('podAffinity') });
    await lab.pod('default', 'apart', { ...script(FOREVER), ...beside('podAntiAffinity') });
    const nodeOf = async (name: string) =>
      (await lab.podWhen('default', name, phase('Running'))).spec?.nodeName;
    const [home, close, apart] = [await nodeOf('anchor'), await nodeOf('close'), await nodeOf('apart')];
    expect(close).toBe(home);
    expect(apart).not.toBe(home);
    expect(anchor.spec?.nodeName).toBeUndefined();
    await lab.pod('default', 'nowhere', { ...script(FOREVER), nodeSelector: { none: 'such' } });
    const waiting = await lab.podWhen('default', 'nowhere', (pod) => pod.status?.conditions !== undefined);
    expect(waiting.status?.conditions?.[0]).toMatchObject({
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: expect.stringContaining(
        "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector",
      ),
    });
  });
});

describe('the API', () => {
  test('answers nobody without the token', async () => {
    const config = new KubeConfig();
    config.loadFromString(lab.sandbox.kubeconfig.replace(/token: .*/, 'token: wrong'));
    await expect(config.makeApiClient(CoreV1Api).listNode()).rejects.toMatchObject({ code: 401 });
  });

  test('lists in pages and watches from a version', async () => {
    const namespace = await lab.namespace('pages');
    for (const name of ['a', 'b', 'c'])
      await lab.core.createNamespacedConfigMap({
        namespace,
        body: { metadata: { name, labels: { n: name } } },
      });
    const first = await lab.core.listNamespacedConfigMap({ namespace, limit: 2 });
    expect(named(first)).toEqual(['a', 'b']);
    const { _continue: token, resourceVersion } = first.metadata ?? {};
    const rest = await lab.core.listNamespacedConfigMap({
      namespace,
      ...(token ? { _continue: token } : {}),
    });
    expect(named(rest)).toEqual(['c', 'kube-root-ca.crt']);
    const seen: string[] = [];
    const enough = new Promise<void>((resolve) => {
      void new Watch(lab.config).watch(
        `/api/v1/namespaces/${namespace}/configmaps`,
        { resourceVersion: resourceVersion ?? '', labelSelector: 'n' },
        (type: string, object: { metadata: { name: string } }) => {
          seen.push(`${type} ${object.metadata.name}`);
          if (seen.length === 4) resolve();
        },
        () => undefined,
      );
    });
    await lab.core.createNamespacedConfigMap({
      namespace,
      body: { metadata: { name: 'd', labels: { n: 'd' } } },
    });
    await lab.core.replaceNamespacedConfigMap({
      namespace,
      name: 'a',
      body: { metadata: { name: 'a', labels: { n: 'x' } } },
    });
    await lab.core.replaceNamespacedConfigMap({ namespace, name: 'b', body: { metadata: { name: 'b' } } });
    await lab.core.deleteNamespacedConfigMap({ namespace, name: 'd' });
    await enough;
    // b has lost the label: to this watch it is gone.
    expect(seen).toEqual(['ADDED d', 'MODIFIED a', 'DELETED b', 'DELETED d']);
  });

  test('follows a log, from the start or its end, until the container ends', async () => {
    const code =
      'let n = 0; const t = setInterval(() => { console.log("line", n++); if (n === 20) clearInterval(t) }, 20)';
    await lab.pod('default', 'talks', script(code));
    await eventually(
      () => lab.log('default', 'talks').catch(() => ''),
      (log) => log.includes('line 2'),
    );
    const follow = async (options: object): Promise<string> => {
      const stream = new PassThrough();
      let text = '';
      stream.setEncoding('utf8').on('data', (part: string) => (text += part));
      const ended = new Promise((resolve) => stream.once('end', resolve));
      await new Log(lab.config).log('default', 'talks', 'main', stream, { follow: true, ...options });
      await ended;
      return text;
    };
    const [whole, tail] = await Promise.all([follow({}), follow({ tailLines: 1, timestamps: true })]);
    expect(whole).toBe(Array.from({ length: 20 }, (_, n) => `line ${n}\n`).join(''));
    expect(tail).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z line \d+\n/);
    expect(tail).toMatch(/Z line 19\n$/);
  });

  test('dry-runs without a trace', async () => {
    const body = { metadata: { name: 'dry' }, spec: script(FOREVER) };
    const dry = await lab.core.createNamespacedPod({ namespace: 'default', body, dryRun: 'All' });
    expect(dry.spec?.serviceAccountName).toBe('default');
    expect(await refused(lab.core.readNamespacedPod({ namespace: 'default', name: 'dry' }))).toEqual({
      code: 404,
      message: 'pods "dry" not found',
    });
  });

  test('keeps Pod Security', async () => {
    const namespace = await lab.namespace('strict', { 'pod-security.kubernetes.io/enforce': 'restricted' });
    const said = await refused(lab.pod(namespace, 'lax', script(FOREVER)));
    expect(said.code).toBe(403);
    expect(said.message).toMatch(
      /^pods "lax" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false/,
    );
  });

  test('keeps a quota of pods, and frees it', async () => {
    const namespace = await lab.namespace('few');
    await lab.core.createNamespacedResourceQuota({
      namespace,
      body: { metadata: { name: 'two' }, spec: { hard: { pods: '1' } } },
    });
    await lab.pod(namespace, 'first', script(FOREVER));
    expect(await refused(lab.pod(namespace, 'second', script(FOREVER)))).toEqual({
      code: 403,
      message:
        'pods "second" is forbidden: exceeded quota: two, requested: pods=1, used: pods=1, limited: pods=1',
    });
    await lab.core.deleteNamespacedPod({ namespace, name: 'first' });
    await eventually(
      () => lab.core.readNamespacedResourceQuota({ namespace, name: 'two' }),
      ({ status }) => status?.used?.['pods'] === '0',
    );
    await lab.pod(namespace, 'second', script(FOREVER));
  });

  test('collects what an owner leaves, and what names an owner that never was', async () => {
    const namespace = await lab.namespace('owned');
    const owner = await lab.core.createNamespacedConfigMap({
      namespace,
      body: { metadata: { name: 'owner' } },
    });
    const make = (name: string, uid: string) =>
      lab.core.createNamespacedPod({
        namespace,
        body: {
          metadata: { name, ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }] },
          spec: script(FOREVER),
        },
      });
    await make('kept', owner.metadata?.uid ?? '');
    await make('stray', '00000000-0000-0000-0000-000000000000');
    const pods = async () => named(await lab.core.listNamespacedPod({ namespace }));
    await eventually(pods, (names) => !names.includes('stray'));
    expect(await pods()).toEqual(['kept']);
    await lab.core.deleteNamespacedConfigMap({ namespace, name: 'owner' });
    await eventually(pods, (names) => names.length === 0);
  });

  test('empties a namespace before it goes', async () => {
    const namespace = await lab.namespace('leaving');
    await lab.pod(namespace, 'slow', { ...script(FOREVER), terminationGracePeriodSeconds: 1 });
    await lab.podWhen(namespace, 'slow', phase('Running'));
    await lab.core.deleteNamespace({ name: namespace });
    expect((await lab.core.readNamespace({ name: namespace })).status?.phase).toBe('Terminating');
    expect((await refused(lab.namespace(namespace))).code).toBe(409);
    expect((await refused(lab.pod(namespace, 'new', script(FOREVER)))).message).toContain(
      'unable to create new content in namespace leaving because it is being terminated',
    );
    await eventually(
      async () => named(await lab.core.listNamespace()),
      (names) => !names.includes(namespace),
    );
  });

  test('evicts, unless a budget forbids it', async () => {
    const namespace = await lab.namespace('budget');
    const { PolicyV1Api } = await import('@kubernetes/client-node');
    const policies = lab.config.makeApiClient(PolicyV1Api);
    const body = {
      metadata: { name: 'one' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'x' } } },
    };
    await policies.createNamespacedPodDisruptionBudget({ namespace, body });
    await lab.pod(namespace, 'guarded', script(FOREVER), { app: 'x' });
    await lab.pod(namespace, 'free', script(FOREVER));
    for (const name of ['guarded', 'free']) await lab.podWhen(namespace, name, phase('Running'));
    const evict = (name: string) =>
      lab.core.createNamespacedPodEviction({ namespace, name, body: { metadata: { name, namespace } } });
    expect(await refused(evict('guarded'))).toEqual({
      code: 429,
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
    });
    await evict('free');
    await eventually(
      async () => named(await lab.core.listNamespacedPod({ namespace })),
      (names) => !names.includes('free'),
    );
  });

  test('runs deployments through replica sets, and renews them', async () => {
    const namespace = await lab.namespace('fleet');
    const template = (value: string) => ({
      metadata: { labels: { app: 'd' } },
      spec: {
        containers: [
          { name: 'main', image: 'node:20', command: ['node', '-e', FOREVER], env: [{ name: 'V', value }] },
        ],
        terminationGracePeriodSeconds: 0,
      },
    });
    const body = (value: string, replicas: number) => ({
      metadata: { name: 'd' },
      spec: { replicas, selector: { matchLabels: { app: 'd' } }, template: template(value) },
    });
    const read = () => lab.apps.readNamespacedDeployment({ namespace, name: 'd' });
    const settled = (replicas: number) =>
      eventually(
        read,
        ({ status }) =>
          status?.readyReplicas === replicas &&
          status.replicas === replicas &&
          status.updatedReplicas === replicas,
      );
    await lab.apps.createNamespacedDeployment({ namespace, body: body('1', 3) });
    await settled(3);
    await lab.apps.replaceNamespacedDeployment({ namespace, name: 'd', body: body('2', 2) });
    await settled(2);
    const pods = await lab.core.listNamespacedPod({ namespace });
    expect(pods.items.map((pod) => pod.spec?.containers[0]?.env?.[0]?.value)).toEqual(['2', '2']);
    await lab.apps.deleteNamespacedDeployment({ namespace, name: 'd' });
    await eventually(
      async () => named(await lab.core.listNamespacedPod({ namespace })),
      (names) => names.length === 0,
    );
  });
});
