/** Serving a stream: one question, one answer, the end; with limits that hold against anyone. */
import type { Server, Socket } from 'node:net';
import { socketsAllowed } from '../limits.ts';
import { bindAny, peer } from './listen.ts';

/** Bytes of a question at most. */
const MOST_READ = 8_192;
/** Connections of all servers together; one more ends the oldest, for that one is the likeliest to be idle. */
const MOST_CONNECTIONS = socketsAllowed(8_192);
/** A connection's whole life, or since the last question of one that is held; half as long again at most. */
const LIFE_MS = 10_000;
/** The kernel cuts it to net.core.somaxconn (4096): it completes that many handshakes while we are busy. */
const BACKLOG = 65_535;

const open = new Map<Socket, number>();
let sweeper: NodeJS.Timeout | undefined;

/**
 * Answers to what was read so far from a peer: text to send and then close, or to send and hear the next question,
 * `null` to hang up, `undefined` to read on.
 */
export type Responder = (text: string, from: string) => string | { readonly say: string } | null | undefined;

export function listenOn(server: Server, port: number): Promise<void> {
  server.on('connection', guard);
  return bindAny(
    (host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host, port, backlog: BACKLOG }, () => {
          server.off('error', reject);
          // Once it listens, an error is a failed accept, of which the next client knows nothing.
          server.on('error', () => undefined);
          resolve();
        });
      }),
  );
}

/** Reads a question from the socket and answers it. */
export function serve(socket: Socket, respond: Responder): void {
  let text = '';
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    if (socket.writableEnded) return;
    text += chunk.toString('latin1');
    const answer = respond(text, peer(socket.remoteAddress, socket.remotePort));
    if (typeof answer === 'string') socket.end(answer, 'latin1');
    else if (typeof answer === 'object' && answer !== null) {
      text = '';
      renew(socket);
      socket.write(answer.say, 'latin1');
    } else if (answer === null || text.length > MOST_READ) socket.destroy();
  });
}

function guard(socket: Socket): void {
  open.set(socket, Date.now());
  socket.on('error', () => socket.destroy());
  socket.on('close', () => open.delete(socket));
  if (open.size > MOST_CONNECTIONS) open.keys().next().value?.destroy();
  sweeper ??= setInterval(sweep, LIFE_MS / 2);
}

/** Who spoke to us lives on. */
function renew(socket: Socket): void {
  if (open.delete(socket)) open.set(socket, Date.now());
}

/** A Map keeps the order of insertion: the oldest come first. */
function sweep(): void {
  const limit = Date.now() - LIFE_MS;
  for (const [socket, since] of open) {
    if (since > limit) return;
    socket.destroy();
  }
}
