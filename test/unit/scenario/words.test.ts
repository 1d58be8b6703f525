/** Quoting and guessing. */
import { describe, expect, test } from '@jest/globals';
import { parseDuration } from '../../../src/scenario/durations.ts';
import { hostProblem } from '../../../src/scenario/hosts.ts';
import { parsePort, portMeant, portText } from '../../../src/scenario/ports.ts';
import { nearest, quote } from '../../../src/scenario/words.ts';

describe('nearest', () => {
  test.each<[string, string[], string | undefined]>([
    ['lables', ['labels', 'listen'], 'labels'],
    ['Web', ['web'], 'web'],
    ['wbe', ['api', 'web'], 'web'],
    ['x', ['y'], 'y'],
    ['database', ['web', 'api'], undefined],
    ['payment', ['payments', 'pay'], 'payments'],
    ['a'.repeat(200), ['a'.repeat(201)], undefined],
    ['web', [], undefined],
  ])('%s among %j', (word, candidates, expected) => {
    expect(nearest(word, candidates)).toBe(expected);
  });
});

describe('quote', () => {
  test('spells out what a terminal would act on or hide', () => {
    expect(quote('a\u001b[2J\u202e\u2028\n')).toBe(String.raw`"a\u{1b}[2J\u{202e}\u{2028}\u{a}"`);
  });

  test('is short', () => {
    expect(quote('a'.repeat(1000))).toHaveLength(62);
  });
});

describe('ports', () => {
  test.each(['tcp/1', 'udp/65535', 'http/8080', 'https/443', 'dns/53'])('%s', (text) => {
    const port = parsePort(text);
    expect(port && portText(port)).toBe(text);
  });

  test('dns alone is port 53', () => {
    expect(parsePort('dns')).toEqual({ protocol: 'dns', port: 53 });
  });

  test.each([
    'tcp',
    'tcp/0',
    'tcp/65536',
    'tcp/',
    'TCP/80',
    'sctp/80',
    '80',
    'tcp/8e1',
    ' tcp/80',
    'tcp/-1',
    '',
  ])('%j is none', (text) => {
    expect(parsePort(text)).toBeUndefined();
  });

  test.each<[unknown, string | undefined]>([
    ['8080/tcp', 'tcp/8080'],
    ['TCP:80', 'tcp/80'],
    [8080, 'tcp/8080'],
    ['udp', undefined],
    ['sctp/99999', undefined],
    [null, undefined],
  ])('%j was meant for %j', (written, meant) => {
    expect(portMeant(written)).toBe(meant);
  });
});

describe('durations', () => {
  test.each<[string, number | undefined]>([
    ['500ms', 500],
    ['1.5s', 1500],
    ['2m', 120_000],
    ['0s', 0],
    ['1h', undefined],
    ['-1s', undefined],
    ['1', undefined],
    ['1 s', undefined],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
});

describe('hosts', () => {
  test.each(['203.0.113.10', '2001:db8::1', 'www.example.com', 'www.example.com.', 'db', '169.254.169.254'])(
    '%s is one',
    (host) => {
      expect(hostProblem(host)).toBeUndefined();
    },
  );

  test.each(['127.8.9.1', '0.0.0.0', '::1', '::', '::ffff:127.0.0.1', 'localhost', 'LOCALHOST.'])(
    '%s is the pod itself',
    (host) => {
      expect(hostProblem(host)?.message).toContain('leads each pod to itself');
    },
  );

  test.each([
    '224.0.0.1',
    '255.255.255.255',
    'ff02::1',
    'fe80::1%eth0',
    '1.2.3',
    '1.2.3.4.5',
    'a..b',
    '-a.b',
    'a b',
    '',
  ])('%j is none', (host) => {
    expect(hostProblem(host)).toBeDefined();
  });
});
