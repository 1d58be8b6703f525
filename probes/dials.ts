/** The protocols that can be dialled. */
import type { Dial } from './dial/dial.ts';
import { dialDns } from './dial/dns.ts';
import { dialHttp } from './dial/http.ts';
import { httpsDial } from './dial/https.ts';
import { dialTcp } from './dial/tcp.ts';
import { dialUdp } from './dial/udp.ts';
import type { Protocol } from './wire.ts';

/** A dial for each protocol; TLS is loaded only if one of `wanted` needs it. */
export async function dialsFor(
  wanted: readonly { readonly protocol: Protocol }[],
): Promise<Record<Protocol, Dial>> {
  const withTls = wanted.some((each) => each.protocol === 'https');
  return {
    tcp: dialTcp,
    udp: dialUdp,
    http: dialHttp,
    https: withTls ? await httpsDial() : dialHttp,
    dns: dialDns,
  };
}
