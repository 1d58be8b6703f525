/** HTTPS: HTTP over TLS. The certificate is recorded, never a reason to end the connection. */
import { isIP } from 'node:net';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { codeOf } from '../outcomes.ts';
import type { Certificate } from '../wire.ts';
import type { Dial } from './dial.ts';
import { request, response } from './http.ts';
import { converse } from './stream.ts';

/**
 * Loads TLS, which costs more than many probes, only where it is asked for; so too the root certificates, which only
 * a server that is not ours is checked against.
 */
export async function httpsDial(foreign: boolean): Promise<Dial> {
  const { connect, createSecureContext } = await import('node:tls');
  const secureContext = createSecureContext(foreign ? {} : { ca: [] });
  return (call, ear) => {
    const socket = connect({
      host: call.address,
      port: call.port,
      // An address is no SNI name (RFC 6066, 3).
      servername: isIP(call.serverName) === 0 ? call.serverName : '',
      rejectUnauthorized: false,
      secureContext,
    });
    return converse(
      socket,
      {
        ready: 'secureConnect',
        say: request(call),
        facts: () => certificateFact(socket),
        hear: (text) => response(text, call),
      },
      ear,
    );
  };
}

function certificateFact(socket: TLSSocket): { certificate?: Certificate } {
  const peer: Partial<PeerCertificate> | null = socket.getPeerCertificate();
  if (!peer?.fingerprint256) return {};
  return {
    certificate: {
      subject: names(peer.subject),
      issuer: names(peer.issuer),
      validTo: isoTime(peer.valid_to),
      fingerprint256: peer.fingerprint256,
      ...untrustedFact(socket),
    },
  };
}

/** Node's types say Error, yet it is a code such as DEPTH_ZERO_SELF_SIGNED_CERT (lib/_tls_wrap.js). */
function untrustedFact(socket: TLSSocket): { untrusted?: string } {
  const why: unknown = socket.authorizationError;
  if (!why) return {};
  return { untrusted: (typeof why === 'string' ? why : codeOf(why)).slice(0, 100) };
}

/** `CN=…, O=…`, cut: a certificate is a stranger's text. */
const names = (parts: object | undefined): string =>
  Object.entries(parts ?? {})
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(', ')
    .slice(0, 200);

function isoTime(text: string | undefined): string {
  const time = new Date(text ?? '');
  return Number.isNaN(time.getTime()) ? '' : time.toISOString();
}
