/** Helper program in the DNS pod's namespace: cluster DNS on port 53, UDP and TCP. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { hear, sayReady } from '../helper-side.ts';
import { answerDatagram, answerMessage } from './answer.ts';
import type { Names } from './answer.ts';

/** All names there are; replaces those sent before. */
export interface SetNames {
  readonly names: readonly (readonly [string, readonly string[]])[];
}

const IDLE_MS = 10_000;
let names: Names = new Map();

/** RFC 1035 section 4.2.2: each message of a stream comes after its length in two bytes. */
function answerStream(socket: Socket): void {
  let received = Buffer.alloc(0);
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('data', (data) => {
    received = Buffer.concat([received, data]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE()) {
      const end = 2 + received.readUInt16BE();
      const reply = answerMessage(received.subarray(2, end), names);
      received = received.subarray(end);
      if (reply === undefined) return socket.destroy();
      const length = Buffer.alloc(2);
      length.writeUInt16BE(reply.length);
      socket.write(Buffer.concat([length, reply]));
    }
    return undefined;
  });
}

/** Resolves with the first names: without them every answer would be a wrong "no such name". */
function hearNames(): Promise<void> {
  return new Promise((resolve) => {
    hear<SetNames>((message) => {
      names = new Map(message.names.map(([name, addresses]) => [name.toLowerCase(), addresses]));
      resolve();
    });
  });
}

await hearNames();
const datagrams = createSocket('udp4', (message, from) => {
  const reply = answerDatagram(message, names);
  if (reply !== undefined) datagrams.send(reply, from.port, from.address, () => {});
});
datagrams.bind(53);
const streams = createServer(answerStream).listen(53, '0.0.0.0', 4096);
await Promise.all([once(datagrams, 'listening'), once(streams, 'listening')]);
sayReady();
