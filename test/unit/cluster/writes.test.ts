import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Exchange } from '../../support/api-server.ts';
import { type Connected, connected } from '../../support/connected.ts';

let at: Connected;
beforeEach(async () => {
  at = await connected();
});
afterEach(() => at.server.close());

const PODS = '/api/v1/namespaces/shop/pods';
const POD = `${PODS}/p`;
const object = { metadata: { name: 'p', namespace: 'shop' }, spec: { containers: [{ name: 'c' }] } };
const created = (exchange: Exchange) => exchange.json({ ...(exchange.body as object), stored: true }, 201);

describe('create', () => {
  test('sends the object with its kind, asks for strict validation, returns what was stored', async () => {
    at.server.on('POST', PODS, created);
    expect(await at.cluster.create('Pod', object)).toMatchObject({ ...object, stored: true });
    const { body, query } = at.server.received.at(-1)!;
    expect(body).toEqual({ apiVersion: 'v1', kind: 'Pod', ...object });
    expect([query.get('fieldValidation'), query.get('dryRun')]).toEqual(['Strict', null]);
  });

  test('cluster-scoped and grouped kinds go to their own paths', async () => {
    at.server.on('POST', '/api/v1/namespaces', created);
    at.server.on('POST', '/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies', created);
    await at.cluster.create('Namespace', { metadata: { name: 'shop' } });
    const policy = {
      metadata: { name: 'n', namespace: 'shop' },
      spec: { podSelector: {}, ingress: [{ from: [] }] },
    };
    expect(await at.cluster.create('NetworkPolicy', policy)).toMatchObject({
      apiVersion: 'networking.k8s.io/v1',
      ...policy,
    });
  });

  test('a dry run says so, and may be tried again after any fault', async () => {
    at.server.on('POST', PODS, (exchange) => exchange.cut(), created);
    await at.cluster.create('Pod', object, { dryRun: true });
    expect(at.server.received.map(({ query }) => query.get('dryRun')).slice(1)).toEqual(['All', 'All']);
  });

  test.each<[string, (exchange: Exchange) => void]>([
    ['429', (exchange) => exchange.fail(429, 'TooManyRequests', 'busy')],
    [
      '503 with Retry-After',
      (exchange) => exchange.fail(503, 'Unavailable', 'starting', { 'retry-after': '1' }),
    ],
  ])('%s: the server did nothing, so it is tried again', async (_, fault) => {
    at.server.on('POST', PODS, fault, created);
    expect(await at.cluster.create('Pod', object)).toMatchObject({ stored: true });
    expect(at.server.count('POST', PODS)).toBe(2);
  });

  test('connection refused: tried again until the server is back', async () => {
    at.server.on('POST', PODS, created);
    // No connection is left that could break under the request, which would leave open what the server did.
    at.server.on('GET', '/version', (exchange) => {
      exchange.response.setHeader('connection', 'close');
      exchange.json({ gitVersion: 'v1' });
    });
    await at.cluster.version();
    await at.server.stop();
    const creating = at.cluster.create('Pod', object);
    await at.server.start();
    expect(await creating).toMatchObject({ stored: true });
    expect(at.server.count('POST', PODS)).toBe(1);
  });

  test.each<[string, string, (exchange: Exchange) => void]>([
    ['a cut connection', 'cluster-unreachable', (exchange) => exchange.cut()],
    ['500', 'api-error', (exchange) => exchange.fail(500, 'InternalError', 'etcdserver: request timed out')],
    ['503 without Retry-After', 'api-error', (exchange) => exchange.fail(503, 'Unavailable', 'who knows')],
    ['409', 'api-error', (exchange) => exchange.fail(409, 'AlreadyExists', 'pods "p" already exists')],
    ['403', 'forbidden', (exchange) => exchange.fail(403, 'Forbidden', 'exceeded quota')],
  ])('%s: never sent twice', async (_, code, fault) => {
    at.server.on('POST', PODS, fault, created);
    await expect(at.cluster.create('Pod', object)).rejects.toMatchObject({ code });
    expect(at.server.count('POST', PODS)).toBe(1);
  });
});

describe('delete', () => {
  const remove = () => at.cluster.delete('Pod', 'shop', 'p', 'uid-1');
  const conflict = (exchange: Exchange) =>
    exchange.fail(
      409,
      'Conflict',
      'Precondition failed: UID in precondition: uid-1, UID in object meta: uid-2',
    );

  test('a pod: that UID only, at once, dependents in the background', async () => {
    at.server.on('DELETE', POD, (exchange) => exchange.json({ kind: 'Status', status: 'Success' }));
    expect(await remove()).toBe(true);
    expect(at.server.received.at(-1)?.body).toEqual({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid: 'uid-1' },
      propagationPolicy: 'Background',
      gracePeriodSeconds: 0,
    });
  });

  test('of a pod only the metadata is sent back, if the server knows how', async () => {
    at.server.on('DELETE', POD, (exchange) => exchange.json({}));
    at.server.on('GET', POD, (exchange) => exchange.json({ metadata: { uid: 'uid-1' }, spec: {} }));
    await remove();
    expect(await at.cluster.metadata('Pod', 'shop', 'p')).toEqual({ uid: 'uid-1' });
    expect(await at.cluster.metadata('Pod', 'shop', 'another')).toBeUndefined();
    for (const { headers } of at.server.received.slice(-3))
      expect(headers.accept).toBe(
        'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json',
      );
  });

  test('other kinds keep their grace period', async () => {
    at.server.on('DELETE', '/api/v1/namespaces/shop', (exchange) => exchange.json({}));
    expect(await at.cluster.delete('Namespace', undefined, 'shop', 'uid-1')).toBe(true);
    expect(at.server.received.at(-1)?.body).not.toHaveProperty('gracePeriodSeconds');
  });

  test('404: there was nothing to delete', async () => {
    expect(await remove()).toBe(false);
  });

  test('409: another object has the name now', async () => {
    at.server.on('DELETE', POD, conflict);
    at.server.on('GET', POD, (exchange) => exchange.json({ metadata: { uid: 'uid-2' } }));
    expect(await remove()).toBe(false);
  });

  test('409, and by now the other object is gone too', async () => {
    at.server.on('DELETE', POD, conflict);
    expect(await remove()).toBe(false);
  });

  test('409 about our own object: already on its way out', async () => {
    at.server.on('DELETE', POD, (exchange) => exchange.fail(409, 'Conflict', 'being removed'));
    at.server.on('GET', POD, (exchange) =>
      exchange.json({ metadata: { uid: 'uid-1', deletionTimestamp: '2026-01-01T00:00:00Z' } }),
    );
    expect(await remove()).toBe(true);
  });

  test('409 about our own object that stays is not taken for "nothing to delete"', async () => {
    at.server.on('DELETE', POD, (exchange) =>
      exchange.fail(409, 'Conflict', 'please apply your changes again'),
    );
    at.server.on('GET', POD, (exchange) => exchange.json({ metadata: { uid: 'uid-1' } }));
    await expect(remove()).rejects.toMatchObject({ code: 'api-error', cause: { status: 409 } });
  });

  test('is tried again after faults, since the UID makes that harmless', async () => {
    at.server.on(
      'DELETE',
      POD,
      (exchange) => exchange.cut(),
      (exchange) => exchange.fail(500, 'InternalError', 'etcdserver: leader changed'),
      (exchange) => exchange.json({}),
    );
    expect(await remove()).toBe(true);
  });

  test('forbidden is told', async () => {
    at.server.on('DELETE', POD, (exchange) =>
      exchange.fail(403, 'Forbidden', 'User "u" cannot delete resource "pods"'),
    );
    await expect(remove()).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringMatching(/^not allowed to delete pods in namespace shop/),
    });
  });
});
