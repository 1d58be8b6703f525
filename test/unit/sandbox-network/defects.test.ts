/** Defects as functions; what packets make of them is for the integration tests. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PRESETS } from '../../../src/sandbox/network/presets.ts';
import { parseBehaviour } from '../../../src/sandbox/network/behaviour-words.ts';
import { HEALTHY } from '../../../src/sandbox/network/behaviour.ts';
import { Newcomers } from '../../../src/sandbox/network/defects/newcomers.ts';
import { readerWith } from '../../../src/sandbox/network/defects/reading.ts';
import { completeChecksum, receiverOf } from '../../../src/sandbox/network/defects/vxlan.ts';
import { indexCluster } from '../../../src/sandbox/network/policy/cluster.ts';
import { compilePolicies } from '../../../src/sandbox/network/policy/compile.ts';
import { PODS, egress, policy, stateWith } from './cluster.ts';
import type { Ingress } from './cluster.ts';

const MISREADINGS = PRESETS.flatMap(({ form, name }) =>
  form === name ? parseBehaviour(name).misreadings : [],
);
/** `null` is what `kubectl` may send for an absent field. */
const absent = null as unknown as undefined;

describe('a misreading', () => {
  /** Nothing in it that one of them could take wrongly. */
  const plain: Ingress = {
    from: [
      { podSelector: {}, namespaceSelector: absent, ipBlock: absent } as never,
      { ipBlock: { cidr: '10.0.0.0/8' } },
    ],
    ports: [{ port: 80, endPort: absent } as never, { protocol: 'UDP', port: absent } as never],
  };
  const policies = [
    policy({
      podSelector: { matchLabels: { app: 'api' } },
      ingress: [plain, { from: absent, ports: absent } as never],
    }),
    egress({ to: [{ ipBlock: { cidr: '203.0.113.0/24', except: absent } } as never] }),
    policy({ podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [], ports: [] }] }, 'q', 'bank'),
  ];

  test.each(MISREADINGS)('%s leaves alone what has nothing of the kind', (name) => {
    const compiled = (read: ReturnType<typeof readerWith>) =>
      ['worker-1', 'worker-2'].map((node) =>
        compilePolicies(indexCluster(stateWith(read(policies))), node, HEALTHY),
      );
    expect(compiled(readerWith([name]))).toEqual(compiled(readerWith([])));
  });

  test('reads a policy once', () => {
    const read = readerWith(['ignores-endport']);
    expect(read(policies)[0]).toBe(read(policies)[0]);
  });
});

describe('newcomers', () => {
  const [first, second, third] = PODS.slice(0, 3).map((pod) => [pod] as const);
  if (first === undefined || second === undefined || third === undefined) throw new Error('too few pods');

  test('are those that were not there before, until they are closed', () => {
    const newcomers = new Newcomers(10, first);
    expect(newcomers.admit([...first, ...second])).toEqual(['api']);
    expect(newcomers.admit([...first, ...second, ...third])).toEqual(['db']);
    expect([...newcomers.addresses]).toEqual(['10.244.2.2', '10.244.1.3']);
    newcomers.close(['api']);
    expect([...newcomers.addresses]).toEqual(['10.244.1.3']);
  });

  test('there are none where a pod is never open', () => {
    const newcomers = new Newcomers(0, []);
    expect(newcomers.admit(first)).toEqual([]);
    expect(newcomers.addresses.size).toBe(0);
  });
});

describe('a VXLAN frame', () => {
  /** To the node 172.30.0.12. */
  function frameOf(protocol: number, segment: Buffer): Buffer {
    const ethernet = Buffer.from('0a58ac1e000c0a58ac1e000b0800', 'hex');
    const ip = Buffer.from(`4500000000004000400000000af401020af40202`, 'hex');
    ip.writeUInt8(protocol, 9);
    ip.writeUInt16BE(20 + segment.length, 2);
    return Buffer.concat([Buffer.alloc(8), ethernet, ip, segment]);
  }

  /** RFC 1071: what is summed with its checksum gives all ones. */
  function sum(frame: Buffer, protocol: number): number {
    const segment = frame.subarray(42);
    const even = segment.length % 2 === 0 ? segment : Buffer.concat([segment, Buffer.alloc(1)]);
    const all = Buffer.concat([frame.subarray(34, 42), Buffer.from([0, protocol, 0, 0]), even]);
    all.writeUInt16BE(segment.length, 10);
    let total = 0;
    for (let at = 0; at < all.length; at += 2) total = (total + all.readUInt16BE(at)) % 0xffff;
    return total;
  }

  test('names the node that it is for', () => {
    expect(receiverOf(frameOf(17, Buffer.alloc(8)))).toBe('172.30.0.12');
    expect(receiverOf(Buffer.alloc(30))).toBeUndefined();
    const arp = frameOf(17, Buffer.alloc(8));
    arp.writeUInt16BE(0x0806, 20);
    expect(receiverOf(arp)).toBeUndefined();
  });

  test('has the checksum of its segment, whatever was there', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(6, 17),
        fc.uint8Array({ minLength: 20, maxLength: 1500 }),
        (protocol, bytes) => {
          const frame = frameOf(protocol, Buffer.from(bytes));
          completeChecksum(frame);
          expect(sum(frame, protocol)).toBe(0);
        },
      ),
    );
  });

  test.each([
    ['another protocol', 1, 0],
    ['a fragment', 17, 0x2000],
    ['a later fragment', 17, 0x0010],
  ])('of %s stays as it is', (_what, protocol, fragment) => {
    const frame = frameOf(protocol, Buffer.alloc(20, 7));
    frame.writeUInt16BE(fragment, 28);
    const before = Buffer.from(frame);
    completeChecksum(frame);
    expect(frame.equals(before)).toBe(true);
  });

  test('that claims more than it holds stays as it is', () => {
    const frame = frameOf(6, Buffer.alloc(20, 7));
    frame.writeUInt16BE(4000, 24);
    const before = Buffer.from(frame);
    completeChecksum(frame);
    expect(frame.equals(before)).toBe(true);
  });
});
