import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { NetproofError } from '../../../src/model/errors.ts';
import { type Connected, connected } from '../../support/connected.ts';
import type { Exchange } from '../../support/api-server.ts';

let at: Connected;
beforeEach(async () => {
  at = await connected();
});
afterEach(() => at.server.close());

const PODS = '/api/v1/namespaces/shop/pods';
const pod = (name: string) => ({ metadata: { name, namespace: 'shop', uid: `uid-${name}` } });
const page = (names: readonly string[], next?: string) => (exchange: Exchange) =>
  exchange.json({ metadata: { resourceVersion: '7', continue: next }, items: names.map(pod) });
const gone = (exchange: Exchange) => exchange.fail(410, 'Expired', 'the continue token is too old');
const namesIn = (objects: readonly { metadata?: { name?: string } }[]) =>
  objects.map((one) => one.metadata?.name);

describe('list', () => {
  test('goes through all pages of 500', async () => {
    at.server.on('GET', PODS, page(['a', 'b'], 'more'), page(['c'], 'still-more'), page(['d']));
    expect(namesIn(await at.cluster.list('Pod', { namespace: 'shop' }))).toEqual(['a', 'b', 'c', 'd']);
    const asked = at.server.received.filter((one) => one.path === PODS).map(({ query }) => query);
    expect(asked.map((query) => [query.get('limit'), query.get('continue')])).toEqual([
      ['500', null],
      ['500', 'more'],
      ['500', 'still-more'],
    ]);
  });

  test('begins anew when the page token expired, and tells nothing twice', async () => {
    at.server.on('GET', PODS, page(['a', 'b'], 'old'), gone, page(['a', 'c'], 'new'), page(['d']));
    expect(namesIn(await at.cluster.list('Pod', { namespace: 'shop' }))).toEqual(['a', 'c', 'd']);
  });

  test('gives up when the token expires again and again', async () => {
    at.server.on('GET', PODS, gone);
    await expect(at.cluster.list('Pod', { namespace: 'shop' })).rejects.toMatchObject({
      code: 'api-error',
      cause: { status: 410 },
    });
    expect(at.server.count('GET', PODS)).toBe(6);
  });

  test('of all namespaces, with selectors', async () => {
    at.server.on('GET', '/apis/networking.k8s.io/v1/networkpolicies', page([]));
    const selection = { labelSelector: 'netproof.dev/run=x', fieldSelector: 'metadata.name!=y' };
    expect(await at.cluster.list('NetworkPolicy', selection)).toEqual([]);
    expect(at.server.received.at(-1)?.query.get('labelSelector')).toBe('netproof.dev/run=x');
    expect(at.server.received.at(-1)?.query.get('fieldSelector')).toBe('metadata.name!=y');
  });

  test.each([
    ['Namespace', '/api/v1/namespaces'],
    ['Node', '/api/v1/nodes'],
    ['Service', '/api/v1/namespaces/shop/services'],
    ['ConfigMap', '/api/v1/namespaces/shop/configmaps'],
    ['EndpointSlice', '/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices'],
    ['NetworkPolicy', '/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies'],
    ['Event', '/api/v1/namespaces/shop/events'],
  ] as const)('%s is at %s', async (kind, path) => {
    at.server.on('GET', path, page(['one']));
    expect(await at.cluster.list(kind, { namespace: 'shop' })).toHaveLength(1);
  });

  test('objects are as on the wire: a policy keeps its `from`, dates stay text, unknown fields stay', async () => {
    const policy = {
      metadata: { name: 'p', creationTimestamp: '2026-01-02T03:04:05Z' },
      spec: { podSelector: {}, ingress: [{ from: [{ podSelector: {} }], future: 1 }] },
    };
    at.server.on('GET', '/apis/networking.k8s.io/v1/networkpolicies', (exchange) =>
      exchange.json({ items: [policy] }),
    );
    expect(await at.cluster.list('NetworkPolicy')).toEqual([policy]);
  });
});

describe('collect', () => {
  const GATEWAYS = '/apis/gateway.networking.k8s.io/v1/gateways';
  const place = { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'gateways', namespaced: true };
  const nameOnly = (object: unknown) =>
    (object as { readonly metadata: { readonly name: string } }).metadata.name;

  test('keeps what it is told to of every page, and begins anew when the token expired', async () => {
    at.server.on('GET', GATEWAYS, page(['a'], 'old'), gone, page(['a'], 'new'), page(['b']));
    expect(await at.cluster.collect(place, nameOnly)).toEqual(['a', 'b']);
  });

  test('of a resource that the server does not have there is nothing', async () => {
    expect(await at.cluster.collect(place, nameOnly)).toBeUndefined();
  });

  test('what may not be read is an error', async () => {
    at.server.on('GET', GATEWAYS, (exchange) => exchange.fail(403, 'Forbidden', 'no'));
    await expect(at.cluster.collect(place, nameOnly)).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('get', () => {
  test('an object, or undefined', async () => {
    at.server.on('GET', `${PODS}/a`, (exchange) => exchange.json(pod('a')));
    expect(await at.cluster.get('Pod', 'shop', 'a')).toEqual(pod('a'));
    expect(await at.cluster.get('Pod', 'shop', 'b')).toBeUndefined();
  });

  test('a name cannot lead elsewhere', async () => {
    await at.cluster.get('Pod', 'shop', '../../secrets/x?y');
    expect(at.server.received.at(-1)?.path).toBe(`${PODS}/..%2F..%2Fsecrets%2Fx%3Fy`);
  });
});

describe('faults while reading', () => {
  const ok = (exchange: Exchange) => exchange.json(pod('a'));

  test.each([
    ['429', (exchange: Exchange) => exchange.fail(429, 'TooManyRequests', 'busy')],
    ['500', (exchange: Exchange) => exchange.fail(500, 'InternalError', 'etcdserver: request timed out')],
    ['a proxy’s 502 in HTML', (exchange: Exchange) => void exchange.response.writeHead(502).end('<html>')],
    ['a connection cut before the answer', (exchange: Exchange) => exchange.cut()],
    [
      'a connection cut in the answer',
      (exchange: Exchange) => {
        exchange.write('{"metadata":');
        exchange.cut();
      },
    ],
  ])('%s passes', async (_, fault) => {
    at.server.on('GET', `${PODS}/a`, fault, fault, ok);
    expect(await at.cluster.get('Pod', 'shop', 'a')).toEqual(pod('a'));
    expect(at.clock.waits).toEqual([75, 150]);
  });

  test('Retry-After is kept to', async () => {
    const busy = (exchange: Exchange) =>
      exchange.fail(429, 'TooManyRequests', 'busy', { 'retry-after': '4' });
    at.server.on('GET', `${PODS}/a`, busy, ok);
    await at.cluster.get('Pod', 'shop', 'a');
    expect(at.clock.waits).toEqual([4_000]);
  });

  test('after 30 s of them the last one is told', async () => {
    at.server.on('GET', `${PODS}/a`, (exchange) => exchange.fail(503, 'ServiceUnavailable', 'no leader'));
    const began = at.clock.now();
    await expect(at.cluster.get('Pod', 'shop', 'a')).rejects.toMatchObject({
      code: 'api-error',
      message: 'cannot get pods in namespace shop: no leader',
    });
    expect(at.clock.now() - began).toBeGreaterThan(25_000);
  });

  test('a restarted server is found again', async () => {
    at.server.on('GET', `${PODS}/a`, ok);
    await at.cluster.get('Pod', 'shop', 'a');
    await at.server.stop();
    const asking = at.cluster.get('Pod', 'shop', 'a');
    await at.server.start();
    expect(await asking).toEqual(pod('a'));
  });

  test('forbidden is told at once with verb, resource and namespace', async () => {
    at.server.on('GET', PODS, (exchange) =>
      exchange.fail(403, 'Forbidden', 'pods is forbidden: User "u" cannot list resource "pods"'),
    );
    await expect(at.cluster.list('Pod', { namespace: 'shop' })).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringMatching(/^not allowed to list pods in namespace shop: /),
    } satisfies Partial<Record<keyof NetproofError, unknown>>);
    expect(at.clock.waits).toEqual([]);
  });

  test('an answer that is no JSON does not pass for an object', async () => {
    at.server.on('GET', `${PODS}/a`, (exchange) => void exchange.response.end('<html>log in</html>'));
    await expect(at.cluster.get('Pod', 'shop', 'a')).rejects.toMatchObject({ code: 'cluster-unreachable' });
  });
});

describe('pod templates', () => {
  const template = { metadata: { labels: { app: 'api' } }, spec: { containers: [{ name: 'c' }] } };

  test.each([
    ['deployment', '/apis/apps/v1/namespaces/shop/deployments/api', { template }],
    ['statefulset', '/apis/apps/v1/namespaces/shop/statefulsets/api', { template }],
    ['daemonset', '/apis/apps/v1/namespaces/shop/daemonsets/api', { template }],
    ['replicaset', '/apis/apps/v1/namespaces/shop/replicasets/api', { template }],
    ['job', '/apis/batch/v1/namespaces/shop/jobs/api', { template }],
    ['cronjob', '/apis/batch/v1/namespaces/shop/cronjobs/api', { jobTemplate: { spec: { template } } }],
  ] as const)('of a %s', async (kind, path, spec) => {
    at.server.on('GET', path, (exchange) => exchange.json({ spec }));
    expect(await at.cluster.podTemplate(kind, 'shop', 'api')).toEqual(template);
  });

  test('a pod is its own', async () => {
    at.server.on('GET', `${PODS}/api`, (exchange) => exchange.json({ ...template, status: {} }));
    expect(await at.cluster.podTemplate('pod', 'shop', 'api')).toEqual(template);
  });

  test('undefined where there is no such workload', async () => {
    expect(await at.cluster.podTemplate('deployment', 'shop', 'none')).toBeUndefined();
  });
});

describe('access review', () => {
  const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

  test.each([
    [{ allowed: true }, true],
    [{ allowed: false }, false],
    [{ denied: true }, false],
    [undefined, false],
  ])('%j', async (status, allowed) => {
    at.server.on('POST', REVIEWS, (exchange) => exchange.json({ status }, 201));
    const access = { namespace: 'shop', verb: 'create', group: '', resource: 'pods' };
    expect(await at.cluster.can(access)).toBe(allowed);
    expect(at.server.received.at(-1)?.body).toMatchObject({
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: access },
    });
  });
});

describe('connections and counters', () => {
  test('many reads at once share 16 connections, and later ones reuse them', async () => {
    at.server.on('GET', `${PODS}/a`, (exchange) => exchange.json(pod('a')));
    const before = at.server.connections;
    for (let round = 0; round < 3; round++) {
      await Promise.all(Array.from({ length: 100 }, () => at.cluster.get('Pod', 'shop', 'a')));
    }
    expect(at.server.connections - before).toBeLessThanOrEqual(16);
  });

  test('requests and bytes are counted, headers included', async () => {
    at.server.on('GET', `${PODS}/a`, (exchange) => exchange.json({ metadata: { name: 'x'.repeat(10_000) } }));
    const before = { ...at.cluster.traffic };
    await at.cluster.get('Pod', 'shop', 'a');
    const { requests, bytesSent, bytesReceived } = at.cluster.traffic;
    expect(requests - before.requests).toBe(1);
    expect(bytesSent - before.bytesSent).toBeGreaterThan(100);
    expect(bytesReceived - before.bytesReceived).toBeGreaterThan(10_000);
  });

  test('bytes of closed connections stay counted', async () => {
    at.server.on('GET', `${PODS}/a`, (exchange) => exchange.json(pod('a')));
    await at.cluster.get('Pod', 'shop', 'a');
    const before = at.cluster.traffic.bytesReceived;
    await at.server.stop();
    await at.server.start();
    await at.cluster.get('Pod', 'shop', 'a');
    expect(at.cluster.traffic.bytesReceived).toBeGreaterThan(before);
  });
});

describe('who we are', () => {
  const REVIEWS = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  test.each([
    ['a user', 'jane@example.com', { kind: 'User', name: 'jane@example.com' }],
    [
      'a service account',
      'system:serviceaccount:ci:robot',
      { kind: 'ServiceAccount', namespace: 'ci', name: 'robot' },
    ],
    ['nobody', '', undefined],
  ])('%s', async (_, username, subject) => {
    at.server.on('POST', REVIEWS, (exchange) => exchange.json({ status: { userInfo: { username } } }));
    expect(await at.cluster.whoAmI()).toEqual(subject);
  });

  test('a server of before 1.28 does not tell', async () => {
    at.server.on('POST', REVIEWS, (exchange) => exchange.fail(404, 'NotFound', 'no such resource'));
    expect(await at.cluster.whoAmI()).toBeUndefined();
  });
});

test('API groups with all their versions', async () => {
  const versions = ['v2', 'v2alpha1'].map((version) => ({ groupVersion: `cilium.io/${version}`, version }));
  at.server.on('GET', '/apis', (exchange) => exchange.json({ groups: [{ name: 'cilium.io', versions }] }));
  expect(await at.cluster.apiVersions()).toEqual(['cilium.io/v2', 'cilium.io/v2alpha1']);
});
