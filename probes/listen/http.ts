/** HTTP/1.1: answers every request with 200, and with the echo if it carried a nonce. */
import { createServer } from 'node:net';
import { headerNonce } from '../nonce.ts';
import type { Hearing, Listen } from './listen.ts';
import { listenOn, type Responder, serve } from './stream.ts';

export const listenHttp: Listen = (port, hearing) =>
  listenOn(
    createServer((socket) => serve(socket, requests(hearing))),
    port,
  );

/** The port of the kubelet's liveness probe. A request with a nonce is a prober's and not the kubelet's. */
export const listenControl = (port: number, kubeletCame: () => void): Promise<void> =>
  listenOn(
    createServer((socket) =>
      serve(socket, (text) => {
        if (!isWhole(text)) return undefined;
        if (headerNonce(text) === undefined) kubeletCame();
        return ok('');
      }),
    ),
    port,
  );

export const requests =
  (hearing: Hearing): Responder =>
  (text, from) => {
    if (!isWhole(text)) return undefined;
    const nonce = headerNonce(text);
    return ok(nonce === undefined ? '' : hearing.heard(nonce, from));
  };

const isWhole = (text: string): boolean => text.includes('\r\n\r\n');

const ok = (body: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
