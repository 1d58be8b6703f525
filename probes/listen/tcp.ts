/** TCP: echoes the nonce of a greeting, hangs up on anything else. */
import { createServer } from 'node:net';
import { greeted, heldGreetings } from '../nonce.ts';
import type { Hearing, Listen } from './listen.ts';
import { listenOn, type Responder, serve } from './stream.ts';

export const listenTcp: Listen = (port, hearing) =>
  listenOn(
    createServer((socket) => serve(socket, greetings(hearing))),
    port,
  );

const greetings =
  (hearing: Hearing): Responder =>
  (text, from) => {
    if (!text.includes('\n')) return undefined;
    const nonce = greeted(text);
    if (nonce !== undefined) return hearing.heard(nonce, from);
    if (!text.endsWith('\n')) return undefined;
    const held = heldGreetings(text);
    return held === undefined ? null : { say: held.map((each) => hearing.heard(each, from)).join('') };
  };
