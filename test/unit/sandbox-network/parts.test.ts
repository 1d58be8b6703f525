import { describe, expect, test } from '@jest/globals';
import { AddressPool, macOf, planNodes } from '../../../src/sandbox/network/addresses.ts';
import { formatAddress, merge, parseAddress, parseCidr, without } from '../../../src/sandbox/network/ipv4.ts';
import { latest } from '../../../src/sandbox/network/latest.ts';
import { nameFor } from '../../../src/sandbox/network/nftables.ts';

describe('addresses', () => {
  test('nodes are planned in order', () => {
    expect(planNodes(['a', 'b'])).toEqual([
      { name: 'a', ip: '172.30.0.11', podCIDR: '10.244.1.0/24' },
      { name: 'b', ip: '172.30.0.12', podCIDR: '10.244.2.0/24' },
    ]);
  });

  test.each([
    [[]],
    [['a', 'a']],
    [['../a']],
    [['-a']],
    [['A']],
    [Array.from({ length: 101 }, (_, at) => `n${at}`)],
  ])('refuses %j as nodes', (names) => {
    expect(() => planNodes(names)).toThrow(expect.objectContaining({ code: 'sandbox-failed' }));
  });

  test('an address comes back only after all the others', () => {
    const pool = new AddressPool('10.244.3.0/24');
    const first = pool.take();
    pool.release(first);
    const others = Array.from({ length: 252 }, () => pool.take());
    expect(first).toBe('10.244.3.2');
    expect(new Set(others).size).toBe(252);
    expect(others).not.toContain(first);
    expect(pool.take()).toBe(first);
    expect(() => pool.take()).toThrow('no pod address left');
  });

  test('link addresses follow from addresses', () => {
    expect(macOf('10.244.1.255')).toBe('0a:58:0a:f4:01:ff');
  });
});

describe('IPv4', () => {
  test.each(['1.2.3', '1.2.3.256', '1.2.3.4.5', '::1', 'a.b.c.d', '', '1.2.3.4 '])(
    '%j is no address',
    (text) => {
      expect(parseAddress(text)).toBeUndefined();
    },
  );
  test.each(['1.2.3.4', '1.2.3.4/33', '::/0', '/8', '1.2.3.4/'])('%j is no CIDR', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });

  test.each([
    ['10.1.2.3/8', '10.0.0.0', '10.255.255.255'],
    ['0.0.0.0/0', '0.0.0.0', '255.255.255.255'],
    ['203.0.113.10/32', '203.0.113.10', '203.0.113.10'],
    ['255.255.255.254/31', '255.255.255.254', '255.255.255.255'],
  ])('%s is %s to %s', (cidr, first, last) => {
    const range = parseCidr(cidr);
    expect([formatAddress(range?.first ?? -1), formatAddress(range?.last ?? -1)]).toEqual([first, last]);
  });

  test('holes are cut at either end, inside and outside', () => {
    const whole = [{ first: 10, last: 20 }];
    expect(without(whole, { first: 12, last: 15 })).toEqual([
      { first: 10, last: 11 },
      { first: 16, last: 20 },
    ]);
    expect(without(whole, { first: 0, last: 10 })).toEqual([{ first: 11, last: 20 }]);
    expect(without(whole, { first: 20, last: 99 })).toEqual([{ first: 10, last: 19 }]);
    expect(without(whole, { first: 0, last: 99 })).toEqual([]);
  });

  test('a hole that lies outside leaves the range whole', () => {
    const numbers = (ranges: ReturnType<typeof without>) =>
      new Set(
        ranges.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, at) => first + at)),
      );
    expect(numbers(without([{ first: 10, last: 20 }], { first: 30, last: 40 })).size).toBe(11);
    expect(numbers(without([{ first: 10, last: 20 }], { first: 1, last: 5 })).size).toBe(11);
  });

  test('ranges that overlap or touch become one', () => {
    expect(
      merge([
        { first: 5, last: 9 },
        { first: 1, last: 4 },
        { first: 7, last: 8 },
        { first: 11, last: 12 },
      ]),
    ).toEqual([
      { first: 1, last: 9 },
      { first: 11, last: 12 },
    ]);
  });
});

describe('latest', () => {
  /** Applies values one by one, each when told to. */
  function gate() {
    const applied: number[] = [];
    const waiting: (() => void)[] = [];
    const submit = latest(async (value: number) => {
      applied.push(value);
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
      });
      if (value < 0) throw new Error(`cannot apply ${value}`);
    });
    const release = async (): Promise<void> => {
      while (waiting.length === 0) await new Promise(setImmediate);
      waiting.shift()?.();
    };
    return { applied, submit, release };
  }

  test('a burst is applied as its last value, and all of it is told', async () => {
    const { applied, submit, release } = gate();
    const first = submit(1);
    const released = release();
    await released;
    await first;
    const burst = [submit(2), submit(3), submit(4)];
    await release();
    await Promise.all(burst);
    expect(applied).toEqual([1, 4]);
  });

  test('what comes while one is applied waits for its own turn', async () => {
    const { applied, submit, release } = gate();
    const first = submit(1);
    while (applied.length === 0) await new Promise(setImmediate);
    const second = submit(2);
    const third = submit(3);
    await release();
    await first;
    await release();
    await Promise.all([second, third]);
    expect(applied).toEqual([1, 3]);
  });

  test('a failure is told to those it concerns and does not stop the next', async () => {
    const { applied, submit, release } = gate();
    const failing = expect(submit(-1)).rejects.toThrow('cannot apply -1');
    await release();
    await failing;
    const next = submit(2);
    await release();
    await next;
    expect(applied).toEqual([-1, 2]);
  });
});

test('a name follows from the meaning alone', () => {
  expect(nameFor('s', 'a')).toBe(nameFor('s', 'a'));
  expect(new Set([nameFor('s', 'a'), nameFor('s', 'b'), nameFor('t', 'a')]).size).toBe(3);
  expect(nameFor('s', '} ; {')).toMatch(/^s_[0-9a-f]{16}$/);
});
