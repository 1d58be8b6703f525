/** HTTP/1.1: one GET, whose response head is the answer; redirects are not followed, the body is discarded. */
import { connect } from 'node:net';
import { echoedBy, NONCE_HEADER } from '../nonce.ts';
import type { Call, Dial } from './dial.ts';
import { converse, type Script } from './stream.ts';

export const dialHttp: Dial = (call, ear) =>
  converse(
    connect({ host: call.address, port: call.port }),
    { ready: 'connect', say: request(call), hear: (text) => response(text, call) },
    ear,
  );

export function request(call: Call): string {
  const name = call.serverName.includes(':') ? `[${call.serverName}]` : call.serverName;
  const port = call.port === 80 || call.port === 443 ? '' : `:${call.port}`;
  // A line break in a path or name would smuggle in headers.
  const clean = (text: string): string => text.replace(/[^!-~]/g, encodeURIComponent);
  return [
    `GET ${clean(call.path ?? '/')} HTTP/1.1`,
    `Host: ${clean(name)}${port}`,
    'User-Agent: netproof',
    `${NONCE_HEADER}: ${call.nonce}`,
    'Accept: */*',
    'Connection: close\r\n\r\n',
  ].join('\r\n');
}

/** Status of the final response (1xx are announcements before it), and the echo in its body. */
export function response(text: string, call: Call): ReturnType<Script['hear']> {
  const heads = text.split('\r\n\r\n', 8);
  const head = heads.find((each) => !/^HTTP\/1\.[01] 1\d\d/.test(each)) ?? '';
  const status = /^HTTP\/1\.[01] ([2-9]\d\d)(?=[ \r])/.exec(head)?.[1];
  const by = call.echo ? echoedBy(text, call.nonce) : undefined;
  return {
    facts: {
      ...(status === undefined ? {} : { status: Number(status) }),
      ...(call.echo ? { echoed: by !== undefined } : {}),
      ...(by === undefined ? {} : { by }),
    },
    final: status !== undefined && (!call.echo || by !== undefined),
  };
}
