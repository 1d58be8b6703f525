/** What netproof takes for granted of a cluster, and what its messages are read from. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from '../../src/cluster/connect.ts';
import { ROLE_PREFIX, tokenOf, withToken } from './support/account.ts';
import { Refused, type Send, send, sender, unlessMissing } from './support/api.ts';
import { DETECTION } from './support/engine.ts';
import { apply, eventually, list, type Manifest, remove } from './support/objects.ts';
import { IMAGE, KUBECONFIG, RUN_MS } from './support/place.ts';

const NAMESPACE = 'np-e2e-facts';
const PLACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;

const podOf = (name: string, script: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: NAMESPACE, labels: { app: name } },
  spec: {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 0,
    containers: [
      { name: 'main', image: IMAGE ?? 'docker.io/library/node:22-alpine', command: ['node', '-e', script] },
    ],
  },
});

/** What becomes of an attempt, undefined if it was accepted. */
const refusalOf = (work: Promise<unknown>): Promise<Refused | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof Refused) return error;
      throw error;
    },
  );

afterAll(() => remove(PLACE), RUN_MS);

test(
  'a new namespace takes pods once it has its default service account, and says so until then',
  async () => {
    await send('POST', '/api/v1/namespaces', PLACE);
    const pod = podOf('first', '');
    const refused: string[] = [];
    await eventually(
      async () => {
        const refusal = await refusalOf(send('POST', `${PODS}?dryRun=All`, pod));
        if (refusal) refused.push(refusal.said);
        return refusal;
      },
      (refusal) => refusal === undefined,
    );
    for (const said of refused)
      expect(said).toBe(
        `pods "first" is forbidden: error looking up service account ${NAMESPACE}/default: serviceaccount "default" not found`,
      );
  },
  RUN_MS,
);

test(
  'looking at a pod before it is deleted, and deleting it, bring its metadata only',
  async () => {
    const cluster = await connect({ kubeconfig: KUBECONFIG });
    await apply(podOf('long', `${' '.repeat(50_000)}setInterval(() => 0, 1e6)`));
    const before = cluster.traffic.bytesReceived;
    const seen = await cluster.metadata('Pod', NAMESPACE, 'long');
    expect(seen?.labels).toEqual({ app: 'long' });
    expect(await cluster.delete('Pod', NAMESPACE, 'long', seen?.uid ?? '')).toBe(true);
    expect(cluster.traffic.bytesReceived - before).toBeLessThan(20_000);
  },
  RUN_MS,
);

/** Connects to each address; prints what came of it. Waits less than routers take to find that nobody has an address. */
const DIAL = `
const net = require('net');
const dial = ([host, port]) => new Promise((done) => {
  const socket = net.connect({ host, port });
  const timer = setTimeout(() => socket.destroy(new Error('silence')), 1000);
  socket.on('connect', () => socket.destroy(new Error('connected')));
  socket.on('error', ({ code, message }) => { clearTimeout(timer); done(code ?? message); });
});
Promise.all(TARGETS.map(dial)).then((all) => console.log(JSON.stringify(all)));
`;

async function outcomes(
  name: string,
  targets: readonly (readonly [string, number])[],
): Promise<readonly string[]> {
  await apply(podOf(name, DIAL.replace('TARGETS', JSON.stringify(targets))));
  await eventually(
    () => send<{ readonly status: { readonly phase: string } }>('GET', `${PODS}/${name}`),
    ({ status }) => status.phase === 'Succeeded',
  );
  return JSON.parse(await send<string>('GET', `${PODS}/${name}/log`)) as readonly string[];
}

const SERVER = `require('net').createServer((s) => s.end()).listen(8080)`;

interface Placed {
  readonly spec?: { readonly clusterIP?: string };
  readonly status?: { readonly podIP?: string };
}

/**
 * kube-router takes what no policy denies before kube-proxy's rule for Services without endpoints has seen it
 * (ensureExplicitAccept in its network_policy_controller.go): the packet goes wherever the node's routes lead.
 */
const PASSES_BY = DETECTION.engines.some(({ id }) => id === 'kube-router');

describe('from a pod', () => {
  let server: string;
  let service: string;
  beforeAll(async () => {
    const spec = { selector: { app: 'nobody' }, ports: [{ port: 80, targetPort: 8080 }] };
    const nobody = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'nobody', namespace: NAMESPACE },
      spec,
    };
    await apply(nobody, podOf('server', SERVER));
    const found = await eventually(
      () => send<Placed & { readonly status: { readonly phase: string } }>('GET', `${PODS}/server`),
      ({ status }) => status.phase === 'Running',
    );
    server = found.status.podIP ?? '';
    const made = await send<Placed>('GET', `/api/v1/namespaces/${NAMESPACE}/services/nobody`);
    service = made.spec?.clusterIP ?? '';
  }, RUN_MS);

  test(
    'a closed port and a Service without ready endpoints refuse, and an open port connects',
    async () => {
      const known = [
        [server, 8080],
        [server, 8081],
        [service, 80],
      ] as const;
      let tries = 0;
      // kube-proxy writes at most once a second (iptables.minSyncPeriod): it may not know the Service yet.
      await eventually(
        () => outcomes(`dials-known-${(tries += 1)}`, known),
        ([open, closed, nobody]) =>
          open === 'connected' &&
          closed === 'ECONNREFUSED' &&
          (PASSES_BY ? nobody !== 'connected' : nobody === 'ECONNREFUSED'),
      );
    },
    RUN_MS,
  );

  test(
    'an address that no pod has is silence, like a deny',
    async () => {
      const used = (await list('pods')).map((pod) => (pod as Placed).status?.podIP);
      const prefix = server.slice(0, server.lastIndexOf('.') + 1);
      const free = [253, 252, 251, 250, 249]
        .map((last) => `${prefix}${last}`)
        .filter((ip) => !used.includes(ip));
      const seen = await outcomes(
        'dials-unused',
        free.map((ip) => [ip, 8080] as const),
      );
      // Engines have a few addresses in the range for themselves.
      expect(seen.filter((outcome) => outcome === 'silence').length).toBeGreaterThanOrEqual(seen.length - 2);
      expect(seen).not.toContain('connected');
    },
    RUN_MS,
  );
});

describe('who has no rights', () => {
  const name = `${ROLE_PREFIX}facts-${process.pid}`;
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'default' } };
  const user = `User "system:serviceaccount:default:${name}"`;
  let sendAsOther: Send;
  beforeAll(async () => {
    await apply(account);
    sendAsOther = sender(withToken(await tokenOf(name)));
  }, RUN_MS);
  afterAll(() => remove(account), RUN_MS);

  const shop = '/api/v1/namespaces/shop';
  test.each([
    [
      'GET /api/v1/pods',
      'pods is forbidden: USER cannot list resource "pods" in API group "" at the cluster scope',
    ],
    [
      `GET ${shop}/pods?watch=true`,
      'pods is forbidden: USER cannot watch resource "pods" in API group "" in the namespace "shop"',
    ],
    [
      `GET ${shop}/pods/web/log`,
      'pods "web" is forbidden: USER cannot get resource "pods/log" in API group "" in the namespace "shop"',
    ],
    [
      `POST ${shop}/pods`,
      'pods is forbidden: USER cannot create resource "pods" in API group "" in the namespace "shop"',
    ],
    [
      `DELETE ${shop}/pods`,
      'pods is forbidden: USER cannot deletecollection resource "pods" in API group "" in the namespace "shop"',
    ],
    [
      `GET ${shop}`,
      'namespaces "shop" is forbidden: USER cannot get resource "namespaces" in API group "" in the namespace "shop"',
    ],
    [
      'DELETE /apis/networking.k8s.io/v1/namespaces/shop/networkpolicies/a',
      'networkpolicies.networking.k8s.io "a" is forbidden: USER cannot delete resource "networkpolicies" in API group "networking.k8s.io" in the namespace "shop"',
    ],
    [
      'POST /api/v1/namespaces/default/serviceaccounts/default/token',
      'serviceaccounts "default" is forbidden: USER cannot create resource "serviceaccounts/token" in API group "" in the namespace "default"',
    ],
    ['GET /metrics', 'forbidden: USER cannot get path "/metrics"'],
  ])('is told of %s: %s', async (asked, message) => {
    const [method, path] = asked.split(' ') as ['GET' | 'POST' | 'DELETE', string];
    const refusal = await refusalOf(sendAsOther(method, path, method === 'POST' ? {} : undefined));
    expect(refusal).toMatchObject({ code: 403, said: message.replace('USER', user) });
  });

  test('may ask what there is, who one is and what one may', async () => {
    await sendAsOther('GET', '/version');
    await sendAsOther('GET', '/apis/apps/v1');
    const review = (group: string, kind: string, spec?: object): Promise<object> =>
      sendAsOther('POST', `/apis/${group}/v1/${kind.toLowerCase()}s`, {
        apiVersion: `${group}/v1`,
        kind,
        spec,
      });
    expect(await review('authentication.k8s.io', 'SelfSubjectReview')).toMatchObject({
      status: {
        userInfo: {
          username: `system:serviceaccount:default:${name}`,
          groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
        },
      },
    });
    const about = (attributes: object) =>
      review('authorization.k8s.io', 'SelfSubjectAccessReview', attributes);
    expect(await about({ resourceAttributes: { verb: 'list', resource: 'pods' } })).toMatchObject({
      status: { allowed: false },
    });
    expect(await about({ nonResourceAttributes: { verb: 'get', path: '/version' } })).toMatchObject({
      status: {
        allowed: true,
        reason: expect.stringMatching(
          /^RBAC: allowed by ClusterRoleBinding "\S+" of ClusterRole "\S+" to Group/,
        ),
      },
    });
  });

  test('and no account: nobody', async () => {
    const refusal = await refusalOf(sender(withToken('nonsense'))('GET', '/version'));
    expect(refusal).toMatchObject({ code: 401, said: 'Unauthorized' });
    await remove(account);
    await eventually(
      () => refusalOf(sendAsOther('GET', '/version')),
      (answer) => answer?.code === 401,
    );
    expect(
      await unlessMissing(send('GET', `/api/v1/namespaces/default/serviceaccounts/${name}`)),
    ).toBeUndefined();
  });
});
