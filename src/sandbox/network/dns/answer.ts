/** Answers one DNS query from the cluster's names; pure. */
import {
  AUTHORITATIVE_ANSWER,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
  decode,
  encode,
} from 'dns-packet';
import type { Answer, DecodedPacket, Packet, Question } from 'dns-packet';

/** Lower-case names without trailing dot. */
export type Names = ReadonlyMap<string, readonly string[]>;

/** Response codes (RFC 1035 section 4.1.1). */
const NXDOMAIN = 3;
const NOT_IMPLEMENTED = 4;

const ZONE = 'cluster.local';
/** CoreDNS' default for cluster names. */
const TTL_SECONDS = 5;
/** RFC 1035's limit for a client that does not state another in EDNS. */
const UDP_SIZE = 512;
const MAX_TCP_SIZE = 65_535;

/** The reply to a datagram, cut to what the client takes; undefined for what deserves none. */
export function answerDatagram(query: Buffer, names: Names): Buffer | undefined {
  return answer(query, names, (packet) => Math.max(UDP_SIZE, offeredSize(packet)));
}

/** The reply to a message from a TCP stream, without its length prefix. */
export function answerMessage(query: Buffer, names: Names): Buffer | undefined {
  return answer(query, names, () => MAX_TCP_SIZE);
}

function answer(query: Buffer, names: Names, limit: (packet: DecodedPacket) => number): Buffer | undefined {
  try {
    const packet = decode(query);
    const question = packet.questions?.[0];
    if (packet.flag_qr || question === undefined) return undefined;
    const { code, answers } = resolve(question, names);
    const head = headOf(packet, question, code);
    const whole = encode({ ...head, ...sections(answers, code) });
    return whole.length <= limit(packet)
      ? whole
      : encode({ ...head, flags: head.flags | TRUNCATED_RESPONSE });
  } catch {
    // dns-packet throws on what is no DNS message.
    return undefined;
  }
}

function headOf(
  packet: DecodedPacket,
  question: Question,
  code: number,
): Packet & { readonly flags: number } {
  const desired = packet.flag_rd ? RECURSION_DESIRED : 0;
  return {
    type: 'response',
    id: packet.id,
    flags: AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | desired | code,
    questions: [question],
    additionals: edns(packet),
  };
}

function resolve(question: Question, names: Names): { code: number; answers: readonly Answer[] } {
  if ((question.class ?? 'IN') !== 'IN') return { code: NOT_IMPLEMENTED, answers: [] };
  const addresses = addressesOf(question.name.toLowerCase().replace(/\.$/, ''), names);
  if (addresses === undefined) return { code: NXDOMAIN, answers: [] };
  // A name without records of the wanted type (AAAA, say) is NOERROR without answers.
  if (question.type !== 'A') return { code: 0, answers: [] };
  return {
    code: 0,
    answers: addresses.map((data) => ({ type: 'A', name: question.name, ttl: TTL_SECONDS, data })),
  };
}

function addressesOf(name: string, names: Names): readonly string[] | undefined {
  return names.get(name) ?? podAddress(name);
}

/** `10-244-1-5.default.pod.cluster.local`, answered without looking for the pod, as kubeadm's Corefile does. */
function podAddress(name: string): readonly string[] | undefined {
  const octets = /^(\d{1,3})-(\d{1,3})-(\d{1,3})-(\d{1,3})\.[^.]+\.pod\.cluster\.local$/.exec(name)?.slice(1);
  return octets?.every((octet) => Number(octet) < 256) === true ? [octets.map(Number).join('.')] : undefined;
}

/** Answers, or the SOA record without which a resolver may not remember that there is no such name (RFC 2308). */
function sections(answers: readonly Answer[], code: number): { answers?: Answer[]; authorities?: Answer[] } {
  if (answers.length > 0) return { answers: [...answers] };
  if (code === NOT_IMPLEMENTED) return {};
  const data = {
    mname: `ns.dns.${ZONE}`,
    rname: `hostmaster.${ZONE}`,
    serial: 1,
    refresh: 7200,
    retry: 1800,
  };
  const soa = { ...data, expire: 86_400, minimum: TTL_SECONDS };
  return { authorities: [{ type: 'SOA', name: ZONE, ttl: TTL_SECONDS, data: soa }] };
}

function offeredSize(packet: DecodedPacket): number {
  const opt = packet.additionals?.find((record) => record.type === 'OPT');
  return opt === undefined ? 0 : opt.udpPayloadSize;
}

function edns(packet: DecodedPacket): Answer[] {
  if (offeredSize(packet) === 0) return [];
  const fields = { udpPayloadSize: 1232, extendedRcode: 0, ednsVersion: 0, flags: 0, flag_do: false };
  return [{ type: 'OPT', name: '.', ...fields, options: [] }];
}
