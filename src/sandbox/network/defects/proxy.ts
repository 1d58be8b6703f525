/** Helper program in a node's namespace: a proxy that accepts every connection and says nothing. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { hear, sayReady } from '../helper-side.ts';
import { PROXY_PORT } from './world-rules.ts';

hear<never>(() => {});
const server = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  // Reads, so that it sees the other side leave.
  socket.resume();
});
server.listen(PROXY_PORT, '0.0.0.0', 4096);
await once(server, 'listening');
sayReady();
