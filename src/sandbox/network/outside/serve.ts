/** Helper program in the outside namespace: the hosts that pods reach when nothing forbids it. */
import { createSocket } from 'node:dgram';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Server } from 'node:net';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { generate } from 'selfsigned';
import { hear, sayReady } from '../helper-side.ts';
import { METADATA_IP, OUTSIDE_HOSTS } from './hosts.ts';
import type { OutsideHost } from './hosts.ts';

const says =
  (text: string): RequestListener =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain', connection: 'close' }).end(`${text}\n`);
  };

async function listening(server: Server, port: number, ip: string): Promise<void> {
  server.listen(port, ip, 4096);
  await once(server, 'listening');
}

async function datagrams(ip: string, text: string): Promise<Socket> {
  const socket = createSocket('udp4', (_message, from) => socket.send(text, from.port, from.address));
  socket.bind(123, ip);
  await once(socket, 'listening');
  return socket;
}

async function serve({ name, ip }: OutsideHost): Promise<void> {
  const text = `${name} of the netproof sandbox`;
  const certificate = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
  });
  const tls = { key: certificate.private, cert: certificate.cert };
  await Promise.all([
    listening(createHttpServer(says(text)), 80, ip),
    listening(createHttpsServer(tls, says(text)), 443, ip),
    datagrams(ip, text),
  ]);
}

hear<never>(() => {});
await Promise.all([
  ...OUTSIDE_HOSTS.map(serve),
  listening(createHttpServer(says('metadata of the netproof sandbox: nothing here')), 80, METADATA_IP),
]);
sayReady();
