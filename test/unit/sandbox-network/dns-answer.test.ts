import { describe, expect, test } from '@jest/globals';
import { decode, encode } from 'dns-packet';
import type { DecodedPacket, Packet, RecordType } from 'dns-packet';
import { answerDatagram, answerMessage } from '../../../src/sandbox/network/dns/answer.ts';

const NAMES = new Map([
  ['web.default.svc.cluster.local', ['10.96.0.50']],
  ['many.default.svc.cluster.local', Array.from({ length: 40 }, (_, at) => `10.244.1.${at + 2}`)],
]);

function query(name: string, type: RecordType = 'A', extra: Partial<Packet> = {}): Buffer {
  return encode({ type: 'query', id: 7, flags: 256, questions: [{ type, name }], ...extra });
}

function ask(
  name: string,
  type: RecordType = 'A',
  extra: Partial<Packet> = {},
): DecodedPacket & { rcode?: string } {
  const reply = answerDatagram(query(name, type, extra), NAMES);
  if (reply === undefined) throw new Error('no reply');
  return decode(reply);
}

describe('DNS answers', () => {
  test('an address, authoritative, to the question as it was asked', () => {
    const reply = ask('WEB.default.SVC.cluster.local');
    expect(reply).toMatchObject({ id: 7, rcode: 'NOERROR', flag_aa: true, flag_rd: true, flag_ra: true });
    expect(reply.questions).toMatchObject([{ name: 'WEB.default.SVC.cluster.local' }]);
    expect(reply.answers).toMatchObject([
      { type: 'A', data: '10.96.0.50', name: 'WEB.default.SVC.cluster.local' },
    ]);
  });

  test.each([
    ['10-244-1-9.default.pod.cluster.local', '10.244.1.9'],
    ['10-244-1-256.default.pod.cluster.local', undefined],
    ['10-244-1-9.a.b.pod.cluster.local', undefined],
  ])('pod name %s', (name, address) => {
    expect(ask(name).answers?.map((answer) => ('data' in answer ? answer.data : ''))).toEqual(
      address === undefined ? [] : [address],
    );
  });

  test('no such name is NXDOMAIN and no such record is not, both with an SOA to remember it by', () => {
    const [nowhere, other] = [ask('nowhere.example'), ask('web.default.svc.cluster.local', 'AAAA')];
    expect([nowhere.rcode, other.rcode]).toEqual(['NXDOMAIN', 'NOERROR']);
    expect([nowhere, other].map(({ answers }) => answers)).toEqual([[], []]);
    expect([nowhere, other].map(({ authorities }) => authorities?.[0]?.type)).toEqual(['SOA', 'SOA']);
  });

  test('what is too long for a datagram is cut, unless the client takes more, or TCP', () => {
    const name = 'many.default.svc.cluster.local';
    expect(ask(name)).toMatchObject({ flag_tc: true, answers: [] });
    const edns = { type: 'OPT', name: '.', udpPayloadSize: 4096, extendedRcode: 0, ednsVersion: 0 } as const;
    const opt = { ...edns, flags: 0, flag_do: false, options: [] };
    const large = ask(name, 'A', { additionals: [opt] });
    expect(large.answers).toHaveLength(40);
    expect(large.additionals?.[0]?.type).toBe('OPT');
    expect(decode(answerMessage(query(name), NAMES) ?? Buffer.alloc(0)).answers).toHaveLength(40);
  });

  test('what is no query deserves no answer', () => {
    expect(answerDatagram(Buffer.from('nonsense'), NAMES)).toBeUndefined();
    expect(answerDatagram(Buffer.alloc(0), NAMES)).toBeUndefined();
    expect(answerDatagram(encode({ type: 'response', id: 1 }), NAMES)).toBeUndefined();
    expect(answerDatagram(encode({ type: 'query', id: 1 }), NAMES)).toBeUndefined();
  });
});
