import { describe, expect, test } from '@jest/globals';
import { readAnswer, encodeQuery } from '../../../probes/dial/dns.ts';
import type { Call } from '../../../probes/dial/dial.ts';
import { request, response } from '../../../probes/dial/http.ts';
import { peer } from '../../../probes/listen/listen.ts';
import { echo, echoedBy, greeted, greeting, headerNonce } from '../../../probes/nonce.ts';
import { readOrder } from '../../../probes/order.ts';
import { codeOf, outcomeOf, wantsSlower } from '../../../probes/outcomes.ts';
import { LONGEST_LINE, Report } from '../../../probes/report.ts';
import { fittingResult } from '../../../probes/result.ts';
import { ORDER_ENV } from '../../../probes/wire.ts';

describe('nonce', () => {
  test('greeting and echo are understood by the other side', () => {
    expect(greeted(greeting('aB3.7.0.2'))).toBe('aB3.7.0.2');
    expect(greeted('netproof aB3\r\n')).toBe('aB3');
    expect(echoedBy(`noise ${echo('s.1.0.0', 'npx1-0')}`, 's.1.0.0')).toBe('npx1-0');
  });

  test.each([
    'netproof \n',
    'netproof a b\n',
    `netproof ${'a'.repeat(65)}\n`,
    'netproof a"\n',
    'netproof é\n',
    'netproof a',
    ' netproof a\n',
    'GET / HTTP/1.1\r\n\r\n',
    '',
  ])('%j is no greeting', (text) => expect(greeted(text)).toBeUndefined());

  test.each([
    ['another nonce', 'netproof s.1.0.1 np-0\n'],
    ['a longer nonce', 'netproof s.1.0.00 np-0\n'],
    ['cut off before its end', 'netproof s.1.0.0 np-'],
    ['unsigned', 'netproof s.1.0.0 \n'],
    ['our own greeting thrown back', 'netproof s.1.0.0\n'],
    ['signed with control characters', 'netproof s.1.0.0 np\x1b[2J\n'],
  ])('%s is no echo', (_, text) => expect(echoedBy(text, 's.1.0.0')).toBeUndefined());

  test('in a request it is found in its header alone', () => {
    expect(headerNonce('GET / HTTP/1.1\r\nHost: a\r\nX-Netproof-Nonce: a.1\r\n\r\n')).toBe('a.1');
    expect(headerNonce('GET /x-netproof-nonce:a HTTP/1.1\r\nHost: a\r\n\r\n')).toBeUndefined();
    expect(headerNonce('GET / HTTP/1.1\r\nx-netproof-nonce: a b\r\n\r\n')).toBeUndefined();
  });
});

describe('outcome of an error code', () => {
  test.each([
    ['ECONNREFUSED', 'refused'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ENETUNREACH', 'unreachable'],
    ['EACCES', 'unreachable'],
    ['ETIMEDOUT', 'timed-out'],
    ['EPERM', 'errored'],
    ['EMFILE', 'errored'],
    ['EADDRNOTAVAIL', 'errored'],
    ['ENOBUFS', 'errored'],
    ['ERR_SOCKET_BAD_PORT', 'errored'],
    ['constructor', 'errored'],
  ])('%s: %s', (code, outcome) => expect(outcomeOf(code)).toBe(outcome));

  test('a missing route in the pod is not an answer of the network', () => {
    expect(outcomeOf('ENETUNREACH', true)).toBe('errored');
    expect(outcomeOf('EHOSTUNREACH', true)).toBe('unreachable');
  });

  test('only exhaustion and starvation ask for a slower try', () => {
    expect(['EMFILE', 'ENOBUFS', 'EADDRNOTAVAIL', 'starved'].every(wantsSlower)).toBe(true);
    expect(['EPERM', 'ECONNREFUSED', undefined].some(wantsSlower)).toBe(false);
  });

  test('is found on whatever was thrown', () => {
    expect(codeOf(Object.assign(new Error('x'), { code: 'EPERM' }))).toBe('EPERM');
    expect(codeOf(new RangeError('x'))).toBe('RangeError');
    expect(codeOf('odd')).toBe('odd');
  });
});

describe('order', () => {
  const order = { role: 'listener', serve: [], id: 'np-0', controlPort: 1, beatMs: 1, lifeMs: 1 };
  const text = JSON.stringify(order);

  test('is read whole or from its chunks', () => {
    expect(readOrder({ [ORDER_ENV]: text })).toEqual(order);
    expect(readOrder({ [`${ORDER_ENV}_0`]: text.slice(0, 20), [`${ORDER_ENV}_1`]: text.slice(20) })).toEqual(
      order,
    );
  });

  test.each([
    ['none', {}],
    ['a missing chunk', { [`${ORDER_ENV}_0`]: text.slice(0, 20), [`${ORDER_ENV}_2`]: text.slice(20) }],
    ['an unknown role', { [ORDER_ENV]: '{"role":"king"}' }],
    ['no object', { [ORDER_ENV]: 'null' }],
    ['a prober without probes', { [ORDER_ENV]: '{"role":"prober"}' }],
  ])('%s is refused', (_, env) => expect(() => readOrder(env)).toThrow());
});

describe('report', () => {
  test('numbers lines without gaps, ends with the end, and knows when all is written', async () => {
    const lines: string[] = [];
    const written: (() => void)[] = [];
    const sink = { write: (line: string, done: () => void) => (lines.push(line), written.push(done)) };
    const report = new Report(sink, () => 7.4);
    report.tell({ kind: 'started', probes: 1 });
    report.tell({ kind: 'beat' });
    const slowed = { starved: 0, slowNetwork: 0 };
    const numbers = { results: 0, rounds: 0, startedAt: 0, settledAt: 0, cpuMs: 0, maxRss: 0 };
    report.tell({ kind: 'end', ...numbers, reason: 'stable', slowed });
    report.tell({ kind: 'beat' });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { seq: 0, at: 7, kind: 'started' },
      { seq: 1, kind: 'beat' },
      { seq: 2, kind: 'end' },
    ]);
    let drained = false;
    const all = report.drained().then(() => (drained = true));
    written[0]?.();
    written[1]?.();
    await Promise.resolve();
    expect(drained).toBe(false);
    written[2]?.();
    await all;
    expect(drained).toBe(true);
  });

  test('a result of an extreme schedule keeps its latest attempts and fits into a line', () => {
    const attempts = Array.from({ length: 400 }, (_, n) => ({
      outcome: 'timed-out' as const,
      at: 1_795_253_333_441,
      ms: 1000,
      round: 1,
      n,
      localPort: 40_000,
    }));
    const line = fittingResult(3, { outcome: 'timed-out', stable: true, attempts, history: [] });
    expect(JSON.stringify(line).length).toBeLessThan(LONGEST_LINE);
    expect(line.attempts.length).toBeGreaterThan(30);
    expect(line.attempts.at(-1)?.n).toBe(399);
  });
});

describe('HTTP', () => {
  const call: Call = {
    address: '192.0.2.1',
    port: 8080,
    nonce: 's.0.0.0',
    echo: true,
    serverName: 'api.test',
  };

  test('a request carries nonce, name and user agent, and no smuggled line', () => {
    const text = request({ ...call, path: '/a\r\nEvil: 1', serverName: 'a\r\nEvil: 2' });
    expect(text).toMatch(/^GET \/a%0D%0AEvil:%201 HTTP\/1\.1\r\n/);
    expect(text).toContain('\r\nUser-Agent: netproof\r\n');
    expect(text).toContain('\r\nx-netproof-nonce: s.0.0.0\r\n');
    expect(text).not.toContain('\nEvil');
  });

  test('the host header has the port where it is not the usual one, and brackets around IPv6', () => {
    expect(request(call)).toContain('\r\nHost: api.test:8080\r\n');
    expect(request({ ...call, port: 443 })).toContain('\r\nHost: api.test\r\n');
    expect(request({ ...call, serverName: '2001:db8::1' })).toContain('\r\nHost: [2001:db8::1]:8080\r\n');
  });

  test('a response is final with its status, or with the echo where one is due', () => {
    const head = 'HTTP/1.1 404 Not Found\r\nServer: x\r\n\r\n';
    expect(response(head, { ...call, echo: false })).toEqual({ facts: { status: 404 }, final: true });
    expect(response(head, call)).toEqual({ facts: { status: 404, echoed: false }, final: false });
    expect(response(`${head}netproof s.0.0.0 np-0\n`, call)).toEqual({
      facts: { status: 404, echoed: true, by: 'np-0' },
      final: true,
    });
  });

  test('announcements are no response', () => {
    const early = 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n';
    expect(response(early, { ...call, echo: false }).final).toBe(false);
    expect(response(`${early}HTTP/1.1 204 No Content\r\n\r\n`, { ...call, echo: false }).facts.status).toBe(
      204,
    );
  });

  test('junk has no status', () => {
    expect(response('SSH-2.0-OpenSSH\r\n', { ...call, echo: false })).toEqual({ facts: {}, final: false });
  });
});

describe('DNS', () => {
  const query = encodeQuery('www.example.test.', 0xbeef);
  const reply = (flags: number, answers: number[][] = []): Buffer => {
    const bytes = Buffer.concat([query, ...answers.map((each) => Buffer.from(each))]);
    bytes.writeUInt16BE(flags, 2);
    bytes.writeUInt16BE(answers.length, 6);
    return bytes;
  };
  const record = (type: number, data: number[]): number[] => {
    return [0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length, ...data];
  };

  test('a query has its name as labels', () => {
    expect(query.subarray(12).toString('latin1')).toBe('\x03www\x07example\x04test\0\0\x01\0\x01');
  });

  test.each(['', 'a..b', `${'a'.repeat(64)}.test`, `${'abcdefg.'.repeat(40)}test`])(
    '%j is no name to ask for',
    (name) => expect(() => encodeQuery(name, 1)).toThrow(RangeError),
  );

  test.each([
    ['addresses behind an alias', 0x8180, [record(5, [1, 120, 0]), record(1, [192, 0, 2, 7])], '192.0.2.7'],
    ['no such name', 0x8183, [], 'NXDOMAIN'],
    ['a failing server', 0x8182, [], 'SERVFAIL'],
    ['a refusal', 0x8185, [], 'REFUSED'],
    ['an odd code', 0x818b, [], 'RCODE11'],
    ['no such record', 0x8180, [], 'NODATA'],
    ['too much for a datagram', 0x8380, [], 'TRUNCATED'],
    ['a record cut short', 0x8180, [record(1, [192, 0, 2, 7]).slice(0, 14)], 'NODATA'],
  ])('%s', (_, flags, answers, text) => expect(readAnswer(reply(flags, answers), query)).toBe(text));

  test('a query, a stranger’s response and junk are no answer', () => {
    expect(readAnswer(query, query)).toBeUndefined();
    const other = reply(0x8180);
    other.writeUInt16BE(1, 0);
    expect(readAnswer(other, query)).toBeUndefined();
    expect(readAnswer(Buffer.from('hello'), query)).toBeUndefined();
  });

  test('a name that never ends does not hang the reader', () => {
    const endless = Buffer.concat([reply(0x8180).subarray(0, 12), Buffer.alloc(500, 63)]);
    endless.writeUInt16BE(9, 6);
    expect(readAnswer(endless, query)).toBe('NODATA');
  });
});

test('a peer is written as people write it', () => {
  expect(peer('::ffff:192.0.2.1', 5)).toBe('192.0.2.1:5');
  expect(peer('2001:db8::1', 5)).toBe('[2001:db8::1]:5');
});
