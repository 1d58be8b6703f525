import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { V1Pod } from '../../../src/cluster/types.ts';
import type { Exchange, Handler } from '../../support/api-server.ts';
import { type Connected, connected } from '../../support/connected.ts';
import { until } from '../../support/until.ts';

let at: Connected;
let stop: AbortController;
let told: string[];
let watching: Promise<void>;
beforeEach(async () => {
  at = await connected();
  stop = new AbortController();
  told = [];
  watching = Promise.resolve();
});
afterEach(async () => {
  stop.abort();
  await watching.catch(() => undefined);
  await at.server.close();
});

const PODS = '/api/v1/namespaces/shop/pods';
const pod = (name: string, resourceVersion: string, uid = `uid-${name}`): V1Pod => ({
  metadata: { name, uid, resourceVersion },
});
const expired = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };

/** Lists and watches share a path: each has its own script, the last step of which is repeated. */
function script(lists: (readonly [version: string, ...V1Pod[]] | Handler)[], watches: Handler[]): void {
  const step = <T>(steps: T[]): T => (steps.length > 1 ? (steps.shift() as T) : (steps[0] as T));
  at.server.on('GET', PODS, (exchange) => {
    if (exchange.query.get('watch') === 'true') return step(watches)(exchange);
    const listed = step(lists);
    if (typeof listed === 'function') return listed(exchange);
    const [resourceVersion, ...items] = listed;
    return exchange.json({ metadata: { resourceVersion }, items });
  });
}
const quiet: Handler = (exchange) => exchange.events();
const watchesFrom = () =>
  at.server.received
    .filter(({ query }) => query.get('watch'))
    .map(({ query }) => query.get('resourceVersion'));
const lists = () =>
  at.server.received.filter(({ path, query }) => path === PODS && !query.get('watch')).length;

function watch(): void {
  watching = at.cluster.watch(
    'Pod',
    { namespace: 'shop', labelSelector: 'a=b' },
    ({ type, object }) => told.push(`${type} ${object.metadata?.name}@${object.metadata?.resourceVersion}`),
    stop.signal,
  );
}

describe('watch', () => {
  test('tells what there is, then every change, and resolves after the abort', async () => {
    script(
      [['5', pod('a', '1')]],
      [
        (exchange) =>
          exchange.events(['ADDED', pod('b', '6')], ['MODIFIED', pod('a', '7')], ['DELETED', pod('b', '8')]),
      ],
    );
    watch();
    await until(() => told.length === 4);
    expect(told).toEqual(['added a@1', 'added b@6', 'modified a@7', 'deleted b@8']);
    stop.abort();
    await expect(watching).resolves.toBeUndefined();
    await until(() => at.server.sockets.size <= 1);
  });

  test('asks with its selectors, from the list’s version, with bookmarks and an end', async () => {
    script([['5']], [quiet]);
    watch();
    await until(() => watchesFrom().length === 1);
    expect(Object.fromEntries(at.server.received.at(-1)!.query)).toEqual({
      watch: 'true',
      labelSelector: 'a=b',
      resourceVersion: '5',
      allowWatchBookmarks: 'true',
      timeoutSeconds: '60',
    });
  });

  test('goes on from the last version, bookmarks included, when the server ends a stream', async () => {
    script(
      [['5']],
      [
        (exchange) => {
          exchange.events(['ADDED', pod('a', '6')], ['BOOKMARK', pod('', '9')]);
          exchange.response.end();
        },
        (exchange) => {
          exchange.events(['MODIFIED', pod('a', '10')]);
          exchange.response.end();
        },
        quiet,
      ],
    );
    watch();
    await until(() => watchesFrom().length === 3);
    expect(watchesFrom()).toEqual(['5', '9', '10']);
    expect(told).toEqual(['added a@6', 'modified a@10']);
    expect([lists(), at.clock.waits]).toEqual([1, []]);
  });

  test('a broken stream: goes on from the last whole event', async () => {
    script(
      [['5']],
      [
        (exchange) => {
          exchange.events(['ADDED', pod('a', '6')]);
          exchange.write('{"type":"MODIFIED","object":{"metad');
          exchange.cut();
        },
        (exchange) => exchange.events(['MODIFIED', pod('a', '7')]),
      ],
    );
    watch();
    await until(() => told.length === 2);
    expect(told).toEqual(['added a@6', 'modified a@7']);
    expect(watchesFrom()).toEqual(['5', '6']);
  });

  test.each<[string, Handler]>([
    ['as an event', (exchange) => exchange.events(['ERROR', expired])],
    ['as an answer', (exchange) => exchange.fail(410, 'Expired', 'too old resource version')],
  ])('an expired version (%s): lists again and tells the difference only', async (_, expire) => {
    script(
      [
        ['5', pod('same', '1'), pod('changed', '2'), pod('vanished', '3'), pod('reborn', '4', 'uid-old')],
        ['20', pod('same', '1'), pod('changed', '12'), pod('reborn', '13', 'uid-reborn-2'), pod('new', '14')],
      ],
      [expire, quiet],
    );
    watch();
    await until(() => watchesFrom().length === 2);
    expect(told.slice(4)).toEqual([
      'deleted vanished@3',
      'deleted reborn@4',
      'modified changed@12',
      'added reborn@13',
      'added new@14',
    ]);
    expect(watchesFrom()).toEqual(['5', '20']);
  });

  test('a restarted server is found again', async () => {
    script([['5']], [quiet, (exchange) => exchange.events(['ADDED', pod('a', '6')])]);
    watch();
    await until(() => watchesFrom().length === 1);
    await at.server.stop();
    await at.server.start();
    await until(() => told.length === 1);
    expect(watchesFrom()).toEqual(['5', '5']);
  });

  test('waits longer and longer while a server ends its streams at once, and then says so', async () => {
    script([['5']], [(exchange) => void exchange.response.end()]);
    watch();
    await expect(watching).rejects.toMatchObject({
      code: 'cluster-unreachable',
      message: expect.stringContaining('the watch ended at once'),
    });
    expect(at.clock.waits.slice(0, 6)).toEqual([75, 150, 300, 600, 1200, 2250]);
  });

  test('a server that stays away for 30 s ends it', async () => {
    script([['5']], [quiet]);
    watch();
    await until(() => watchesFrom().length === 1);
    await at.server.stop();
    await expect(watching).rejects.toMatchObject({ code: 'cluster-unreachable' });
    expect(at.clock.waits.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(25_000);
    await at.server.start();
  });

  test('forbidden ends it at once', async () => {
    script(
      [(exchange: Exchange) => exchange.fail(403, 'Forbidden', 'User "u" cannot list resource "pods"')],
      [quiet],
    );
    watch();
    await expect(watching).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringMatching(/^not allowed to list pods in namespace shop/),
    });
  });

  test.each(['list', 'stream'])('an exception in onEvent, from the %s, is not lost', async (from) => {
    script(from === 'list' ? [['5', pod('a', '1')]] : [['5']], [
      (exchange) => exchange.events(['ADDED', pod('a', '6')]),
    ]);
    const mine = new RangeError('mine');
    const thrower = () => {
      throw mine;
    };
    watching = at.cluster.watch('Pod', { namespace: 'shop' }, thrower, stop.signal);
    await expect(watching).rejects.toBe(mine);
  });

  test('tells nothing after an abort from within onEvent', async () => {
    script([['5', pod('a', '1'), pod('b', '2')]], [quiet]);
    const names: (string | undefined)[] = [];
    await at.cluster.watch(
      'Pod',
      { namespace: 'shop' },
      ({ object }) => {
        names.push(object.metadata?.name);
        stop.abort();
      },
      stop.signal,
    );
    expect(names).toEqual(['a']);
  });

  test('an abort before the start asks nothing', async () => {
    stop.abort();
    watch();
    await watching;
    expect([told, lists()]).toEqual([[], 0]);
  });

  test('an abort while the list is under way resolves', async () => {
    script([() => undefined], [quiet]);
    watch();
    await until(() => lists() === 1);
    stop.abort();
    await expect(watching).resolves.toBeUndefined();
  });
});
