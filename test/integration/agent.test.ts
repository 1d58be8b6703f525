import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createSocket } from 'node:dgram';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { generate } from 'selfsigned';
import { ORDER_ENV, type ProbeOrder, type Protocol } from '../../probes/wire.ts';
import { type Agent, Agents, bundleAgent, freePort, udpServer } from './agent-harness.ts';

let source: string;
let agents: Agents;
const servers: { close(): void }[] = [];
const sockets = new Set<Socket>();

beforeAll(async () => {
  source = await bundleAgent();
  agents = new Agents(source);
});
afterEach(async () => {
  await agents.end();
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});
afterAll(() => sockets.clear());

/** A TCP server on loopback whose connections are closed after the test. */
async function tcpServer(onSocket: (socket: Socket) => void, port = 0): Promise<number> {
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    onSocket(socket);
  });
  servers.push(server);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function quietUdp(): Promise<number> {
  const server = await udpServer();
  servers.push(server);
  return server.port;
}

/** A server that will never accept, its queue full, so that the kernel drops every further SYN. */
async function stoppedServer(): Promise<number> {
  const program = `const server = require('net').createServer();
    server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => console.log(server.address().port));`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  servers.push({ close: () => child.kill('SIGKILL') });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  child.kill('SIGSTOP');
  const port = Number(line.toString());
  // The queue takes one more than its length.
  const fill = [0, 1].map(() => connect(port, '127.0.0.1'));
  for (const socket of fill) sockets.add(socket);
  await Promise.all(fill.map((socket) => once(socket, 'connect')));
  return port;
}

const at = (protocol: Protocol, port: number, more: Partial<ProbeOrder> = {}): ProbeOrder => ({
  protocol,
  host: '127.0.0.1',
  port,
  echo: false,
  ...more,
});

const visit = (port: number): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/' }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });

function expectWholeLog(agent: Agent): void {
  expect(agent.lines.map((line) => line.seq)).toEqual(agent.lines.map((_, i) => i));
  expect(Math.max(...agent.raw.map((line) => Buffer.byteLength(line)))).toBeLessThan(8192);
  expect(agent.stderr).toBe('');
}

test('the bundle is small enough for every pod’s spec', () => {
  expect(source.length).toBeLessThan(32_000);
});

describe('between prober and listener', () => {
  test('every protocol connects, is echoed and is seen; both logs are whole', async () => {
    const protocols = ['tcp', 'udp', 'http', 'https'] as const;
    const ports = await Promise.all(protocols.map(() => freePort()));
    const serve = protocols.map((protocol, i) => ({ protocol, port: ports[i] ?? 0 }));
    const pems = await generate([{ name: 'commonName', value: 'listener.test' }], { keyType: 'ec' });
    const listener = await agents.listener(serve, { tls: { key: pems.private, cert: pems.cert } });
    const prober = await agents.prober(serve.map(({ protocol, port }) => at(protocol, port, { echo: true })));
    const results = await prober.results();

    for (const result of results)
      expect(result).toMatchObject({ outcome: 'connected', stable: true, history: [] });
    const attempts = results.flatMap((result) => result.attempts);
    expect(attempts.length).toBe(8);
    for (const attempt of attempts) expect(attempt).toMatchObject({ echoed: true, by: 'npl-0' });
    expect(new Set(attempts.map((attempt) => attempt.localPort)).size).toBe(8);
    expect(results[2]?.attempts[0]).toMatchObject({ status: 200 });
    expect(results[3]?.attempts[0]?.certificate).toMatchObject({
      subject: 'CN=listener.test',
      issuer: 'CN=listener.test',
      untrusted: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    expect(await prober.ended).toBe(0);
    expect(prober.lines[0]).toMatchObject({ kind: 'started', probes: 4 });
    expect(prober.lines.at(-1)).toMatchObject({ kind: 'end', results: 4, rounds: 2, reason: 'stable' });
    expectWholeLog(prober);

    listener.kill('SIGTERM');
    expect(await listener.ended).toBe(0);
    expectWholeLog(listener);
    const nonces = results.flatMap(({ probe, attempts: each }) =>
      each.map(({ round, n }) => `salt.${probe}.${round}.${n}`),
    );
    expect(listener.seen().sort()).toEqual(nonces.sort());
    const seen = listener.all('seen').flatMap((line) => line.nonces);
    for (const [nonce, socket, from] of seen) {
      const probe = Number(nonce.split('.')[1]);
      expect(socket).toBe(`${serve[probe]?.protocol}/${serve[probe]?.port}`);
      expect(results[probe]?.attempts.map((attempt) => `127.0.0.1:${attempt.localPort}`)).toContain(from);
    }
  });

  test('an idle listener shows by its own dials that it answers, and does not report them', async () => {
    const [tcp, udp] = [await freePort(), await freePort()];
    const listener = await agents.listener([
      { protocol: 'tcp', port: tcp },
      { protocol: 'udp', port: udp },
    ]);
    const beat = await listener.line('beat');
    expect([...(beat.alive ?? [])].sort()).toEqual([`tcp/${tcp}`, `udp/${udp}`].sort());
    expect(beat.kubeletAt).toBeUndefined();
    expect(listener.seen()).toEqual([]);
  });

  test('a listener that stood still tells when it ran again and how late it was', async () => {
    const listener = await agents.listener([]);
    await listener.line('beat');
    listener.kill('SIGSTOP');
    const from = Date.now();
    await delay(1000);
    const to = Date.now();
    listener.kill('SIGCONT');
    const { stalls = [] } = await listener.line(
      'beat',
      (beat) => beat.stalls?.some(([, ms]) => ms > 250) === true,
    );
    const [awoke, ms] = stalls.find((stall) => stall[1] > 250) ?? [0, 0];
    // Up to a tick of it is not seen; how soon it is woken is the machine's affair.
    expect(ms).toBeGreaterThanOrEqual(to - from - 250);
    expect(awoke).toBeGreaterThanOrEqual(to - 50);
    expect(awoke - ms).toBeLessThanOrEqual(from + 250);
  });

  test('the kubelet’s visit is remembered, a prober’s is not', async () => {
    const controlPort = await freePort();
    const listener = await agents.listener([], { controlPort });
    const prober = await agents.prober([at('http', controlPort, { echo: true })]);
    expect((await prober.results())[0]).toMatchObject({ outcome: 'connected', attempts: expect.anything() });
    const quiet = await listener.line('beat', (beat) => beat.seq > 2);
    expect(quiet.kubeletAt).toBeUndefined();
    const before = Date.now();
    expect(await visit(controlPort)).toBe(200);
    const beat = await listener.line('beat', (each) => each.kubeletAt !== undefined);
    expect(Math.abs((beat.kubeletAt ?? 0) - before)).toBeLessThan(2000);
    expect(listener.seen()).toEqual([]);
  });

  test('a nonce that came just before the end is still told', async () => {
    const port = await freePort();
    const listener = await agents.listener([{ protocol: 'udp', port }]);
    const socket = createSocket('udp4');
    socket.send('netproof last.1\n', port, '127.0.0.1');
    await once(socket, 'message');
    listener.kill('SIGTERM');
    expect(await listener.ended).toBe(0);
    expect(listener.seen()).toEqual(['last.1']);
    socket.close();
  });

  test('nothing that is no nonce is seen, and whoever sends it is hung up on', async () => {
    const [tcp, udp, http] = [await freePort(), await freePort(), await freePort()];
    const listener = await agents.listener([
      { protocol: 'tcp', port: tcp },
      { protocol: 'udp', port: udp },
      { protocol: 'http', port: http },
    ]);
    const send = async (port: number, text: string | Buffer): Promise<void> => {
      const socket = connect(port, '127.0.0.1');
      sockets.add(socket);
      socket.on('error', () => undefined).resume();
      socket.write(text);
      await once(socket, 'close');
    };
    await Promise.all([
      send(tcp, 'GET / HTTP/1.1\r\n\r\n'),
      send(tcp, `netproof ${'a'.repeat(65)}\n`),
      send(tcp, Buffer.alloc(20_000, 0)),
      send(http, 'GET / HTTP/1.1\r\nx-netproof-nonce: \x1b[31m\r\n\r\n'),
      send(http, Buffer.alloc(20_000, 65)),
    ]);
    const socket = createSocket('udp4');
    for (const text of ['', 'junk', 'netproof a b\n', `netproof ${'a'.repeat(2000)}\n`])
      socket.send(text, udp, '127.0.0.1');
    // Datagrams on loopback keep their order, so that after this echo the junk has been read.
    socket.send('netproof good\n', udp, '127.0.0.1');
    const [reply] = (await once(socket, 'message')) as [Buffer];
    expect(reply.toString()).toBe('netproof good npl-0\n');
    socket.close();
    await listener.line('seen');
    expect(listener.seen()).toEqual(['good']);
    expect(listener.child.exitCode).toBeNull();
  });
});

describe('a prober', () => {
  test('checks a server’s certificate against the root certificates', async () => {
    const port = await freePort();
    const pems = await generate([{ name: 'commonName', value: 'shop.test' }], { keyType: 'ec' });
    await agents.listener([{ protocol: 'https', port }], { tls: { key: pems.private, cert: pems.cert } });
    const roots = join(await mkdtemp(join(tmpdir(), 'netproof-roots-')), 'roots.pem');
    await writeFile(roots, pems.cert);
    servers.push({ close: () => void rm(dirname(roots), { recursive: true }) });
    const ask = (serverName: string): ProbeOrder => at('https', port, { serverName });
    const told = async (env: Readonly<Record<string, string>>): Promise<unknown[]> => {
      const prober = await agents.prober([ask('shop.test'), ask('other.test')], {}, {}, env);
      return (await prober.results()).map(({ attempts }) => attempts[0]?.certificate?.untrusted);
    };
    expect(await told({ NODE_EXTRA_CA_CERTS: roots })).toEqual([undefined, 'ERR_TLS_CERT_ALTNAME_INVALID']);
    expect(await told({})).toEqual(['DEPTH_ZERO_SELF_SIGNED_CERT', 'DEPTH_ZERO_SELF_SIGNED_CERT']);
  });

  test('tells apart what a destination does', async () => {
    const bytes: number[] = [];
    const listening = await tcpServer((socket) => {
      let count = 0;
      socket.on('data', (chunk) => (count += chunk.length)).on('close', () => bytes.push(count));
    });
    const silent = await tcpServer((socket) => void socket.resume());
    const closing = await tcpServer((socket) => socket.destroy());
    const web = await tcpServer((socket) =>
      socket.on('data', () => socket.end('HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\n\r\n')),
    );
    const closed = await freePort();
    const prober = await agents.prober([
      at('tcp', listening),
      at('tcp', silent, { echo: true }),
      at('tcp', closing, { echo: true }),
      at('http', web),
      at('http', silent),
      at('https', silent),
      at('https', web),
      at('tcp', closed, { echo: true }),
      at('udp', closed, { echo: true }),
      at('udp', await quietUdp(), { echo: true }),
      at('tcp', listening, { host: 'localhost' }),
      at('tcp', listening, { host: `${'a'.repeat(70)}.invalid` }),
      at('tcp', 0xffff + 1),
    ]);
    const results = await prober.results();
    expect(results.map((result) => result.outcome)).toEqual([
      'connected',
      'connected',
      'connected',
      'connected',
      'connected',
      'tls-failed',
      'tls-failed',
      'refused',
      'refused',
      'timed-out',
      'connected',
      'dns-failed',
      'errored',
    ]);
    expect(results[0]?.attempts[0]?.echoed).toBeUndefined();
    expect(bytes.every((count) => count === 0)).toBe(true);
    for (const mute of [results[1], results[2]])
      expect(mute?.attempts.every((attempt) => attempt.echoed === false)).toBe(true);
    expect(results[3]?.attempts[0]?.status).toBe(302);
    expect(results[4]?.attempts[0]).toMatchObject({ error: 'silent' });
    expect(results[7]?.attempts[0]?.error).toBe('ECONNREFUSED');
    expect(results[10]?.attempts[0]?.remote).toMatch(/^(127\.0\.0\.1|::1)$/);
    expectWholeLog(prober);
  });

  test('a silence costs one shared deadline: three attempts from three ports', async () => {
    // The closed port answers, so that the agent need not wait for the kubelet.
    const probes = [at('udp', await quietUdp(), { echo: true }), at('tcp', await freePort())];
    const prober = await agents.prober(probes);
    const [result] = await prober.results();
    expect(result).toMatchObject({ outcome: 'timed-out', stable: true });
    const first = result?.attempts.filter((attempt) => attempt.round === 0) ?? [];
    expect(first.map((attempt) => attempt.n)).toEqual([0, 1, 2]);
    expect(new Set(first.map((attempt) => attempt.localPort)).size).toBe(3);
    const ends = first.map((attempt) => attempt.at + attempt.ms);
    expect(Math.max(...ends) - Math.min(...ends)).toBeLessThan(20);
  });

  test('a SYN that nobody answers times out', async () => {
    const server = await stoppedServer();
    const probes = [at('tcp', server, { echo: true }), at('https', server), at('tcp', await freePort())];
    const prober = await agents.prober(probes);
    const results = await prober.results();
    expect(results.map((result) => result.outcome)).toEqual(['timed-out', 'timed-out', 'refused']);
    for (const result of results.slice(0, 2)) {
      expect(result.attempts.length).toBe(6);
      expect(new Set(result.attempts.map((attempt) => attempt.localPort)).size).toBe(6);
    }
  });

  test('any DNS response is an answer, silence is none', async () => {
    const dns = async (code: number | undefined): Promise<number> => {
      const server = await udpServer((query) => {
        const reply = Buffer.from(query);
        reply.writeUInt16BE(0x8180 | (code ?? 0), 2);
        return reply;
      });
      servers.push(server);
      return server.port;
    };
    const ports = [await dns(0), await dns(3), await dns(5), await quietUdp(), await freePort()];
    const prober = await agents.prober(ports.map((port) => at('dns', port, { query: 'example.test' })));
    const results = await prober.results();
    const told = results.map(({ outcome, attempts }) => [outcome, attempts[0]?.answer]);
    expect(told).toEqual([
      ['connected', 'NODATA'],
      ['connected', 'NXDOMAIN'],
      ['connected', 'REFUSED'],
      ['timed-out', undefined],
      ['refused', undefined],
    ]);
  });

  test('goes on until the picture holds, and tells when it changed', async () => {
    const port = await freePort();
    const prober = await agents.prober([at('tcp', port)], { stableRounds: 3, minSettleMs: 600 });
    await prober.line('progress');
    await tcpServer((socket) => socket.resume(), port);
    const [result] = await prober.results();
    expect(result).toMatchObject({ outcome: 'connected', stable: true });
    expect(result?.history.map((change) => change.outcome)).toEqual(['refused', 'connected']);
    const end = await prober.line('end');
    expect(end.settledAt).toBe(result?.history[1]?.at);
    expect(end.at - end.startedAt).toBeGreaterThanOrEqual(600);
  });

  test('stops at its budget, with what it has', async () => {
    let visits = 0;
    const port = await tcpServer((socket) => {
      if (++visits % 2) socket.destroy();
      else socket.on('data', (hello) => socket.end(`${hello.toString().trimEnd()} np-0\n`));
    });
    const prober = await agents.prober([at('tcp', port, { echo: true })], { attempts: 1, budgetMs: 700 });
    const [result] = await prober.results();
    expect(result).toMatchObject({ outcome: 'connected', stable: false });
    expect((await prober.line('end')).reason).toBe('budget');
  });

  test('stopped in mid-round it takes no open port for silent', async () => {
    const listeners = [await freePort(), await freePort()];
    await agents.listener([
      { protocol: 'tcp', port: listeners[0] ?? 0 },
      { protocol: 'udp', port: listeners[1] ?? 0 },
    ]);
    const open = Array.from({ length: 300 }, (_, i) =>
      at(i % 2 ? 'udp' : 'tcp', listeners[i % 2] ?? 0, { echo: true }),
    );
    const quiet = await quietUdp();
    const silent = Array.from({ length: 20 }, () => at('udp', quiet, { echo: true }));
    const prober = await agents.prober([...silent, ...open], { stableRounds: 3, ratePerSecond: 800 });
    for (let i = 1; i <= 3; i++) {
      const told = prober.lines.length;
      await prober.line('progress', ({ seq, settled }) => seq >= told && settled > 0);
      prober.kill('SIGSTOP');
      await new Promise((resolve) => setTimeout(resolve, 900));
      prober.kill('SIGCONT');
    }
    const results = await prober.results();
    const outcomes = results.map((result) => result.outcome);
    expect(outcomes.slice(20)).toEqual(open.map(() => 'connected'));
    for (const result of results.slice(20)) {
      expect(result).toMatchObject({ outcome: 'connected', history: [] });
      expect(result.attempts.map((attempt) => attempt.outcome)).not.toContain('timed-out');
    }
    // What is silent is told so only by rounds in which the agent was awake.
    expect(outcomes.slice(0, 20)).toEqual(silent.map(() => 'timed-out'));
    const end = await prober.line('end');
    expect(end.slowed.starved).toBeGreaterThanOrEqual(1);
  });

  test('answers that came while it was stopped are heard before time is up', async () => {
    const slow = createSocket('udp4');
    servers.push(slow);
    let heard = 0;
    slow.on('message', (message, from) => {
      setTimeout(() => slow.send(message, from.port, from.address), 100);
      if (++heard === 10) prober.kill('SIGSTOP');
      if (heard === 10) setTimeout(() => prober.kill('SIGCONT'), 1000);
    });
    await new Promise<void>((resolve) => slow.bind(0, '127.0.0.1', resolve));
    const probes = Array.from({ length: 10 }, () => at('udp', slow.address().port));
    const prober = await agents.prober(probes, { attempts: 1, timeoutMs: 600 });
    const results = await prober.results();
    expect(results.map((result) => result.outcome)).toEqual(probes.map(() => 'connected'));
    expect((await prober.line('end')).slowed.starved).toBe(0);
  });

  test('gives a slow network a longer timeout, and the rounds before do not count', async () => {
    const server = await tcpServer(() => undefined);
    const slow = createSocket('udp4');
    servers.push(slow);
    slow.on('message', (message, from) => {
      setTimeout(() => slow.send(message, from.port, from.address), 350);
    });
    await new Promise<void>((resolve) => slow.bind(0, '127.0.0.1', resolve));
    const probes = [at('udp', slow.address().port), at('tcp', server), at('udp', await quietUdp())];
    const prober = await agents.prober(probes, { timeoutMs: 1000, attempts: 1 });
    const results = await prober.results();
    expect(results.map((result) => result.outcome)).toEqual(['connected', 'connected', 'timed-out']);
    // Two rounds were under way before the first one had shown it.
    const rounds = results.flatMap((result) => result.attempts.map((attempt) => attempt.round));
    expect(Math.min(...rounds)).toBe(2);
    // Those that count overlap again: the second is not asked only when the first one's silence is over.
    const [first, second] = results[2]?.attempts ?? [];
    expect(first?.ms).toBeGreaterThanOrEqual(2000);
    expect((second?.at ?? Infinity) - (first?.at ?? 0)).toBeLessThan(2000);
    expect((await prober.line('end')).slowed.slowNetwork).toBe(2);
  });

  test('nothing answered: it waits for the kubelet to show that its link works', async () => {
    const controlPort = await freePort();
    const prober = await agents.prober([at('udp', await quietUdp())], { stableRounds: 1 }, { controlPort });
    await prober.line('result');
    expect(prober.all('end')).toEqual([]);
    expect(await visit(controlPort)).toBe(200);
    const end = await prober.line('end');
    expect(end.at - (prober.all('result')[0]?.at ?? 0)).toBeLessThan(2000);
    expect(prober.lines.at(-2)).toMatchObject({ kind: 'beat', kubeletAt: expect.any(Number) });
  });

  test('a resident one repeats its rounds until it is ended', async () => {
    const port = await tcpServer((socket) => socket.resume());
    const probes = [at('tcp', port), at('tcp', await freePort())];
    const prober = await agents.prober(probes, { roundGapMs: 100 }, { resident: true });
    await prober.line('result', (line) => line.attempts[0]?.round === 4);
    prober.kill('SIGTERM');
    expect(await prober.ended).toBe(0);
    const results = prober.all('result');
    const rounds = results.filter((result) => result.probe === 0).map((result) => result.attempts[0]?.round);
    expect(rounds).toEqual(rounds.map((_, i) => i));
    expect(results.find((result) => result.probe === 1)).toMatchObject({ outcome: 'refused' });
    expect(results.every((result) => result.attempts.length === 1)).toBe(true);
    expect(prober.lines.at(-1)).toMatchObject({ kind: 'end', reason: 'life', results: results.length });
    expectWholeLog(prober);
  });

  test('a held connection is one connection over all rounds, and gone once it is cut', async () => {
    const port = await freePort();
    const listener = await agents.listener([{ protocol: 'tcp', port }]);
    const probes = [{ protocol: 'tcp', host: '127.0.0.1', port, echo: true, hold: true }] as const;
    const prober = await agents.prober(probes, { roundGapMs: 100 }, { resident: true });
    await prober.line('result', ({ attempts }) => (attempts[0]?.round ?? 0) >= 3);
    const told = prober.all('result');
    expect(new Set(told.flatMap(({ attempts }) => attempts.map(({ localPort }) => localPort))).size).toBe(1);
    expect(told.every(({ attempts }) => attempts.some(({ echoed, by }) => echoed && by === 'npl-0'))).toBe(
      true,
    );
    expect(new Set(told.map(({ attempts }) => attempts.at(-1)?.round)).size).toBe(told.length);
    listener.kill('SIGKILL');
    await listener.ended;
    // A new listener at the same place is not the connection that was held.
    await agents.listener([{ protocol: 'tcp', port }]);
    const gone = await prober.line('result', ({ outcome }) => outcome !== 'connected');
    expect(gone.outcome).toBe('refused');
    const later = await prober.line('result', ({ seq }) => seq > gone.seq);
    expect(later.outcome).toBe('refused');
    prober.kill('SIGTERM');
    await prober.ended;
  });

  test('ended before its time it tells what it has and that it has not finished', async () => {
    const prober = await agents.prober([at('udp', await quietUdp())], { timeoutMs: 5000 });
    await prober.line('progress');
    prober.kill('SIGTERM');
    expect(await prober.results()).toMatchObject([{ outcome: 'errored', stable: false, attempts: [] }]);
    expect(prober.lines.at(-1)).toMatchObject({ kind: 'end', reason: 'life', rounds: 0 });
  });

  test('600 probes, half of them silent: all told, cheaply', async () => {
    const port = await freePort();
    await agents.listener([{ protocol: 'tcp', port }]);
    const quiet = await quietUdp();
    const probes = Array.from({ length: 600 }, (_, i) =>
      i % 2 ? at('tcp', port, { echo: true }) : at('udp', quiet, { echo: true }),
    );
    const prober = await agents.prober(probes, { timeoutMs: 1000 });
    const results = await prober.results();
    expect(results.map((result) => result.probe)).toEqual(probes.map((_, i) => i));
    expect(results.map((result) => result.outcome)).toEqual(
      probes.map((probe) => (probe.protocol === 'tcp' ? 'connected' : 'timed-out')),
    );
    expectWholeLog(prober);
    const attempts = results.reduce((sum, result) => sum + result.attempts.length, 0);
    const end = await prober.line('end');
    // Seen: 0.15 ms. The bound is wide, for a cold start on a busy machine is in it.
    expect(end.cpuMs / attempts).toBeLessThan(0.6);
    const progress = prober.all('progress');
    expect(progress.length).toBeLessThanOrEqual((end.at - end.startedAt) / 250 + 1);
  });
});

describe('an agent', () => {
  test('that can’t have a port says which and ends with 1', async () => {
    const port = await tcpServer(() => undefined);
    const agent = agents.order({
      role: 'listener',
      id: 'npl-0',
      controlPort: await freePort(),
      beatMs: 200,
      stallMs: 250,
      lifeMs: 60_000,
      serve: [{ protocol: 'tcp', port }],
    });
    expect(await agent.ended).toBe(1);
    expect(agent.lines).toMatchObject([
      { kind: 'listen-failed', protocol: 'tcp', port, error: 'EADDRINUSE' },
    ]);
  });

  test('with a bad order says so in one short line and ends with 1', async () => {
    const agent = agents.launch({ [ORDER_ENV]: '{"role":' });
    expect(await agent.ended).toBe(1);
    expect(agent.raw).toEqual([]);
    expect(agent.stderr).toMatch(/^netproof agent: .{1,200}\n$/);
  });

  test('reads an order that was split', async () => {
    const text = JSON.stringify({
      role: 'listener',
      id: 'npl-0',
      controlPort: await freePort(),
      beatMs: 200,
      stallMs: 250,
      lifeMs: 60_000,
      serve: [],
    });
    const agent = agents.launch({
      [`${ORDER_ENV}_0`]: text.slice(0, 30),
      [`${ORDER_ENV}_1`]: text.slice(30),
    });
    expect((await agent.line('listening')).ports).toEqual([]);
  });

  test('ends by itself when its life is over', async () => {
    const listener = await agents.listener([], { lifeMs: 300 });
    expect(await listener.ended).toBe(0);
  });
});
