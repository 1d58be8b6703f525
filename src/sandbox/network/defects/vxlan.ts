/** The VXLAN frames that a slow link carries: whom they are for, and their checksums; pure but for the frame. */

/** RFC 7348. */
export const VXLAN_PORT = 4789;
const VXLAN_HEADER = 8;
const ETHERNET_HEADER = 14;
const IP = VXLAN_HEADER + ETHERNET_HEADER;
const IPV4_TYPE = 0x0800;
/** More fragments follow, or this is one of them. */
const FRAGMENT = 0x3fff;

/** Where in the segment the checksum is, by protocol number. */
const CHECKSUM_AT: ReadonlyMap<number, number> = new Map([
  [6, 16],
  [17, 6],
]);

/** The node's own address: the last four bytes of its link address, see `macOf`. Undefined for what is no frame to a node. */
export function receiverOf(frame: Buffer): string | undefined {
  if (frame.length < IP + 20 || frame.readUInt16BE(IP - 2) !== IPV4_TYPE) return undefined;
  return [...frame.subarray(VXLAN_HEADER + 2, VXLAN_HEADER + 6)].join('.');
}

/**
 * Writes the inner TCP or UDP checksum. The kernel leaves it to the network card, of which there is none here: it
 * counts on packets between namespaces never leaving it, but these come by way of a process.
 */
export function completeChecksum(frame: Buffer): void {
  const protocol = frame.readUInt8(IP + 9);
  const offset = CHECKSUM_AT.get(protocol);
  const start = IP + (frame.readUInt8(IP) & 0x0f) * 4;
  const end = IP + frame.readUInt16BE(IP + 2);
  const isWhole = (frame.readUInt16BE(IP + 6) & FRAGMENT) === 0;
  if (offset === undefined || !isWhole || end > frame.length || start + offset + 2 > end) return;
  frame.writeUInt16BE(0, start + offset);
  const addresses = sumOf(frame.subarray(IP + 12, IP + 20));
  const sum = fold(addresses + protocol + (end - start) + sumOf(frame.subarray(start, end)));
  // Zero would say that a datagram has none (RFC 768).
  frame.writeUInt16BE(~sum & 0xffff || 0xffff, start + offset);
}

function sumOf(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  return bytes.length % 2 === 0 ? sum : sum + (bytes.at(-1) ?? 0) * 256;
}

function fold(sum: number): number {
  return sum > 0xffff ? fold((sum & 0xffff) + (sum >>> 16)) : sum;
}
