import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Handler } from '../../support/api-server.ts';
import { type Connected, connected } from '../../support/connected.ts';
import { until } from '../../support/until.ts';

let at: Connected;
let stop: AbortController;
let told: string[];
let following: Promise<void>;
beforeEach(async () => {
  at = await connected();
  stop = new AbortController();
  told = [];
  following = Promise.resolve();
});
afterEach(async () => {
  stop.abort();
  await following.catch(() => undefined);
  await at.server.close();
});

const POD = '/api/v1/namespaces/shop/pods/p';
const RESTART = '(restart)';
type State = 'waiting' | 'running' | 'terminated';
type Step = State | 'missing' | 'Failed';

const next = <T>(steps: T[]): T => (steps.length > 1 ? (steps.shift() as T) : (steps[0] as T));

/** The log's streams, its last line, and the pod's states; the last step of each is repeated. */
function script(streams: Handler[], options: { tail?: string[]; states?: Step[] } = {}): void {
  const { tail = [], states = ['terminated'] } = options;
  at.server.on('GET', `${POD}/log`, (exchange) => {
    if (exchange.query.get('follow') === 'true') return next(streams)(exchange);
    return void exchange.response.end(next(tail) ?? '');
  });
  at.server.on('GET', POD, (exchange) => {
    const state = next(states);
    if (state === 'missing') return exchange.fail(404, 'NotFound', 'pods "p" not found');
    const status =
      state === 'Failed'
        ? { phase: 'Failed' }
        : { phase: 'Running', containerStatuses: [{ name: 'agent', state: { [state]: {} } }] };
    return exchange.json({ metadata: { name: 'p' }, status });
  });
}
const streams = () => at.server.received.filter(({ query }) => query.get('follow')).length;
const full =
  (...pieces: (string | Buffer)[]): Handler =>
  (exchange) => {
    exchange.write(...pieces);
    exchange.response.end();
  };
const broken =
  (...pieces: string[]): Handler =>
  (exchange) => {
    exchange.write(...pieces);
    exchange.cut();
  };
const notStarted: Handler = (exchange) =>
  exchange.fail(400, 'BadRequest', 'container "agent" in pod "p" is waiting to start: ContainerCreating');

function follow(container?: string): void {
  following = at.cluster.followLog('shop', 'p', (line) => told.push(line), {
    signal: stop.signal,
    onRestart: () => told.push(RESTART),
    ...(container !== undefined && { container }),
  });
}

describe('followLog', () => {
  test('tells every line and resolves when the container ended and all was read', async () => {
    script([full('one\ntwo\n', 'three\n')], { tail: ['three\n'] });
    follow();
    await following;
    expect(told).toEqual(['one', 'two', 'three']);
    expect(streams()).toBe(1);
  });

  test('tells lines as they come', async () => {
    script([(exchange) => exchange.write('one\ntw')], { states: ['running'] });
    follow();
    await until(() => told.length === 1);
    expect(told).toEqual(['one']);
    stop.abort();
    await expect(following).resolves.toBeUndefined();
  });

  test('lines and characters may be cut anywhere', async () => {
    const bytes = Buffer.from('grüße 🛰\nzwei\n');
    const pieces = [...bytes].map((byte) => Buffer.from([byte]));
    script([full(...pieces)], { tail: ['zwei\n'] });
    follow();
    await following;
    expect(told).toEqual(['grüße 🛰', 'zwei']);
  });

  test('a last line without newline counts, an endless line is cut at 1 MB', async () => {
    script([full(`${'x'.repeat(3_000_000)}\nlast`)], { tail: ['last'] });
    follow();
    await following;
    expect(told.map((line) => line.length)).toEqual([1024 * 1024, 4]);
  });

  test('an endless last line does not make it read for ever', async () => {
    script([full('x'.repeat(1_100_000), 'end\n')], { tail: ['xend\n'] });
    follow();
    await following;
    expect(streams()).toBe(2);
  });

  test('waits politely while the container is not started, asking for the pod, not for its log', async () => {
    script([notStarted, full('one\n')], {
      tail: ['one\n'],
      states: ['waiting', 'waiting', 'waiting', 'running', 'terminated'],
    });
    follow();
    await following;
    expect(told).toEqual(['one']);
    expect(streams()).toBe(2);
    expect(at.clock.waits).toEqual([75, 75, 150, 300]);
  });

  test('a container that ended before its start was seen is read all the same', async () => {
    script([notStarted, full('one\n')], { states: ['terminated'] });
    follow();
    await following;
    expect(told).toEqual(['one']);
  });

  test('a pod that failed without ever starting ends the wait', async () => {
    script([notStarted], { states: ['waiting', 'Failed'] });
    follow();
    await following;
    expect(told).toEqual([]);
  });

  test('the empty log of a pod without a node is not its end', async () => {
    script([full(), full('one\n')], {
      tail: ['one\n'],
      states: ['waiting', 'waiting', 'running', 'terminated'],
    });
    follow();
    await following;
    expect(told).toEqual(['one']);
  });

  test('waits until the signal', async () => {
    script([notStarted], { states: ['waiting'] });
    follow();
    await until(() => at.clock.waits.length > 100);
    stop.abort();
    await expect(following).resolves.toBeUndefined();
  });

  test('a stream that breaks is read again from the start, after onRestart', async () => {
    script([broken('one\ntwo\nthr'), full('one\ntwo\nthree\n')], {
      tail: ['three\n'],
      states: ['running', 'terminated'],
    });
    follow();
    await following;
    expect(told).toEqual(['one', 'two', RESTART, 'one', 'two', 'three']);
  });

  test('a stream that breaks before its first line needs no restart', async () => {
    script([broken(), full('one\n')], { tail: ['one\n'] });
    follow();
    await following;
    expect(told).toEqual(['one']);
  });

  test('an API server that shuts down in good order while the container writes on: read again', async () => {
    script([full('one\n'), full('one\ntwo\n')], { tail: ['two\n'], states: ['running', 'terminated'] });
    follow();
    await following;
    expect(told).toEqual(['one', RESTART, 'one', 'two']);
  });

  test('the same, with the container ended before anyone asked: nothing is missed', async () => {
    script([full('one\n'), full('one\ntwo\n')], { tail: ['two\n'], states: ['terminated'] });
    follow();
    await following;
    expect(told).toEqual(['one', RESTART, 'one', 'two']);
  });

  test('a status that lags behind the container: waits for it, reads nothing twice', async () => {
    script([full('one\n')], { tail: ['one\n'], states: ['running', 'running', 'running', 'terminated'] });
    follow();
    await following;
    expect(told).toEqual(['one']);
    expect(at.clock.waits).toEqual([75, 150, 300]);
  });

  test('a restarted server is found again', async () => {
    script([(exchange) => exchange.write('one\n'), full('one\ntwo\n')], { tail: ['two\n'] });
    follow();
    await until(() => told.length === 1);
    await at.server.stop();
    await at.server.start();
    await following;
    expect(told).toEqual(['one', RESTART, 'one', 'two']);
  });

  test('a kubelet that cannot be reached passes', async () => {
    const away: Handler = (exchange) =>
      exchange.fail(500, 'InternalError', 'dial tcp 10.0.0.7:10250: refused');
    script([away, away, full('one\n')], { tail: ['one\n'] });
    follow();
    await following;
    expect(told).toEqual(['one']);
  });

  test('a container that writes nothing for long is no fault, however often its silent stream breaks', async () => {
    const silent: Handler = (exchange) => {
      const { reads } = at.clock;
      exchange.write();
      // The next to look at the clock is the client, when it has the stream.
      void until(() => at.clock.reads > reads)
        .then(() => at.clock.wait(120_000))
        .then(exchange.cut);
    };
    script([silent, silent, silent, silent, full('one\n')], {
      tail: ['one\n'],
      states: ['running', 'running', 'running', 'running', 'terminated'],
    });
    follow();
    await following;
    expect(told).toEqual(['one']);
  });

  test('a stream that breaks at once, again and again, is told after 30 s', async () => {
    script([broken()], { states: ['running'] });
    follow();
    await expect(following).rejects.toMatchObject({ code: 'cluster-unreachable' });
    expect(at.clock.waits.length).toBeGreaterThan(8);
  });

  test('a pod that is gone resolves', async () => {
    follow();
    await expect(following).resolves.toBeUndefined();
  });

  test('a pod that vanishes after its stream resolves', async () => {
    script([full('one\n')], { states: ['missing'] });
    follow();
    await following;
    expect(told).toEqual(['one']);
  });

  test('forbidden is told', async () => {
    script([(exchange) => exchange.fail(403, 'Forbidden', 'User "u" cannot get resource "pods/log"')]);
    follow();
    await expect(following).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringMatching(/^not allowed to get pods\/log in namespace shop/),
    });
  });

  test('a 400 that no waiting cures is told', async () => {
    script([(exchange) => exchange.fail(400, 'BadRequest', 'a container name must be specified for pod p')]);
    follow();
    await expect(following).rejects.toMatchObject({ code: 'api-error', cause: { status: 400 } });
  });

  test('a container can be named', async () => {
    script([full('one\n')], { tail: ['one\n'] });
    follow('agent');
    await following;
    expect(
      at.server.received
        .filter(({ path }) => path.endsWith('/log'))
        .map(({ query }) => query.get('container')),
    ).toEqual(['agent', 'agent']);
  });

  test('an exception in onLine is not lost', async () => {
    script([full('one\n')]);
    const mine = new RangeError('mine');
    const thrower = () => {
      throw mine;
    };
    following = at.cluster.followLog('shop', 'p', thrower, { signal: stop.signal });
    await expect(following).rejects.toBe(mine);
  });
});

describe('at scale', () => {
  test('200 logs and watches at once under one signal, other requests still get through', async () => {
    const counts = new Map<string, number>();
    const jobs: Promise<void>[] = [];
    at.server.on('GET', '/api/v1/namespaces/shop/pods', (exchange) =>
      exchange.query.get('watch')
        ? exchange.events()
        : exchange.json({ metadata: { resourceVersion: '1' }, items: [] }),
    );
    for (let i = 0; i < 200; i++) {
      at.server.on('GET', `/api/v1/namespaces/shop/pods/p${i}/log`, (exchange) =>
        exchange.write(`${'{"kind":"seen"}\n'.repeat(50)}`),
      );
      const onLine = () => void counts.set(`p${i}`, (counts.get(`p${i}`) ?? 0) + 1);
      jobs.push(at.cluster.followLog('shop', `p${i}`, onLine, { signal: stop.signal }));
      jobs.push(at.cluster.watch('Pod', { namespace: 'shop' }, () => undefined, stop.signal));
    }
    await until(() => counts.size === 200 && [...counts.values()].every((count) => count === 50));
    expect(await at.cluster.version()).toBe('v1.34.1');
    stop.abort();
    await Promise.all(jobs);
    await until(() => at.server.sockets.size <= 1);
  });
});
