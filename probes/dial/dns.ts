/**
 * DNS over UDP (RFC 1035): one question for the A records of a name. Any response is an answer, NXDOMAIN and
 * SERVFAIL included: the packet got there and back. Written out, because the resolver in Node tells a local
 * fault, an ICMP error and a REFUSED apart by one code, and retries by a clock of its own.
 */
import { randomBytes } from 'node:crypto';
import { exchange } from './datagram.ts';
import type { Dial } from './dial.ts';

const CODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];
const HEADER = 12;
const TYPE_A = 1;
const CLASS_IN = 1;
/** Enough for evidence; a response may have more. */
const MOST_ADDRESSES = 8;

export const dialDns: Dial = (call, ear) => {
  const query = encodeQuery(call.query ?? '', randomBytes(2).readUInt16BE());
  return exchange(
    call,
    query,
    (reply) => {
      const answer = readAnswer(reply, query);
      return answer === undefined ? undefined : { answer };
    },
    ear,
  );
};

/** Throws if it is not a name that DNS can be asked for. */
export function encodeQuery(name: string, id: number): Buffer {
  const labels = name
    .replace(/\.$/, '')
    .split('.')
    .map((label) => Buffer.from(label));
  const length = labels.reduce((sum, label) => sum + label.length + 1, 1);
  if (length > 255 || labels.some((label) => label.length < 1 || label.length > 63))
    throw new RangeError(`not a DNS name: ${name.slice(0, 80)}`);
  const head = Buffer.alloc(HEADER);
  head.writeUInt16BE(id, 0);
  head.writeUInt16BE(0x0100, 2); // recursion desired
  head.writeUInt16BE(1, 4); // one question
  const parts = labels.flatMap((label) => [Buffer.of(label.length), label]);
  return Buffer.concat([head, ...parts, Buffer.of(0, 0, TYPE_A, 0, CLASS_IN)]);
}

/** Addresses or response code; undefined if `reply` is no response to `query`. */
export function readAnswer(reply: Buffer, query: Buffer): string | undefined {
  if (reply.length < HEADER || reply.readUInt16BE(0) !== query.readUInt16BE(0)) return undefined;
  const flags = reply.readUInt16BE(2);
  if ((flags & 0x8000) === 0) return undefined;
  const code = flags & 0xf;
  if (code !== 0) return CODES[code] ?? `RCODE${code}`;
  const addresses = readAddresses(reply);
  if (addresses.length > 0) return addresses.join(' ');
  return (flags & 0x0200) === 0 ? 'NODATA' : 'TRUNCATED';
}

function readAddresses(reply: Buffer): string[] {
  const addresses: string[] = [];
  let at = HEADER;
  for (let questions = reply.readUInt16BE(4); questions > 0 && at < reply.length; questions--)
    at = endOfName(reply, at) + 4;
  for (let records = reply.readUInt16BE(6); records > 0 && addresses.length < MOST_ADDRESSES; records--) {
    at = endOfName(reply, at);
    if (at + 10 > reply.length) break;
    const type = reply.readUInt16BE(at);
    const length = reply.readUInt16BE(at + 8);
    at += 10;
    if (type === TYPE_A && length === 4 && at + 4 <= reply.length)
      addresses.push(reply.subarray(at, at + 4).join('.'));
    at += length;
  }
  return addresses;
}

/** Names end with an empty label or a pointer (RFC 1035, 4.1.4). */
function endOfName(reply: Buffer, start: number): number {
  let at = start;
  for (;;) {
    const length = reply[at];
    if (length === undefined) return reply.length;
    if (length >= 0xc0) return at + 2;
    if (length === 0) return at + 1;
    at += length + 1;
  }
}
