/** Addresses and blocks, beside Node.js's own reading of them. */
import { BlockList, isIP } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addressKey, holds, parseAddress, parseBlock } from '../../../src/policy/address.ts';

describe('addresses', () => {
  test.each([
    '::',
    '::1',
    '1::',
    '1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7::',
    '::ffff:10.0.0.1',
    '2001:DB8::1',
    '0.0.0.0',
  ])('reads %s', (text) => expect(parseAddress(text)).toBeDefined());
  test.each([
    '',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    'g::',
    '::1.2.3',
    '1.2.3.4::',
    '256.0.0.1',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.4 ',
  ])('refuses %j', (text) => expect(parseAddress(text)).toBeUndefined());
  test.each(['10.0.0.0/33', '::/129', '10.0.0.0', '10.0.0.0/', '10.0.0.0/-1', '/8'])('no block: %s', (text) =>
    expect(parseBlock(text)).toBeUndefined(),
  );
  test('one text for all ways to write an address', () => {
    const keys = ['2001:db8::1', '2001:DB8:0:0::1', '2001:0db8:0000:0000:0000:0000:0000:0001'].map((text) => {
      const address = parseAddress(text);
      return address === undefined ? undefined : addressKey(address);
    });
    expect(new Set(keys).size).toBe(1);
  });

  test('anything that looks like one is read exactly if it is one', () => {
    const text = fc.string({ unit: fc.constantFrom(...'0123456789abcf:.'.split('')), maxLength: 20 });
    const any = fc.oneof(text, fc.ipV4(), fc.ipV6(), fc.string());
    // Zeros before a number in dotted form are octal to some, so nobody's to read (RFC 6943, 3.1.1).
    const isAmbiguous = (each: string) =>
      /(^|[.:])0\d+\./.test(each) || /\.0\d/.test(each) || each.includes('%');
    fc.assert(
      fc.property(any, (each) => {
        fc.pre(!isAmbiguous(each));
        expect(parseAddress(each)?.family ?? 0).toBe(isIP(each));
      }),
      { numRuns: 5000 },
    );
  });

  test('a block holds what it should', () => {
    const v4 = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 }), fc.ipV4());
    const v6 = fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 }), fc.ipV6());
    fc.assert(
      fc.property(fc.oneof(v4, v6), fc.boolean(), ([network, length, other], near) => {
        const ip = near ? network : other;
        const list = new BlockList();
        const family = isIP(network) === 4 ? 'ipv4' : 'ipv6';
        list.addSubnet(network, length, family);
        const block = parseBlock(`${network}/${length}`);
        const address = parseAddress(ip);
        expect(block && address && holds(block, address)).toBe(list.check(ip, family));
      }),
      { numRuns: 2000 },
    );
  });
});
