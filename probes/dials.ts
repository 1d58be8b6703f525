/** The protocols that can be dialled. */
import type { Dial } from './dial/dial.ts';
import { dialDns } from './dial/dns.ts';
import { dialHttp } from './dial/http.ts';
import { httpsDial } from './dial/https.ts';
import { dialTcp } from './dial/tcp.ts';
import { dialUdp } from './dial/udp.ts';
import type { ProbeOrder, Protocol } from './wire.ts';

/** A dial for each protocol; TLS is loaded only if one of `wanted` needs it. */
export async function dialsFor(
  wanted: readonly Pick<ProbeOrder, 'protocol' | 'echo'>[],
): Promise<Record<Protocol, Dial>> {
  const withTls = wanted.filter(({ protocol }) => protocol === 'https');
  return {
    tcp: dialTcp,
    udp: dialUdp,
    http: dialHttp,
    https: withTls.length > 0 ? await httpsDial(withTls.some(({ echo }) => !echo)) : dialHttp,
    dns: dialDns,
  };
}
