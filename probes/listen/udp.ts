/** UDP: echoes the nonce of a greeting, ignores anything else. */
import { createSocket } from 'node:dgram';
import { greeted } from '../nonce.ts';
import { bindAny, type Listen, peer } from './listen.ts';

/** Room for datagrams that come while we are busy; the kernel cuts it to net.core.rmem_max. */
const RECEIVE_BUFFER = 1 << 22;

export const listenUdp: Listen = (port, hearing) =>
  bindAny(
    (host) =>
      new Promise((resolve, reject) => {
        const type = host === '::' ? 'udp6' : 'udp4';
        const socket = createSocket({
          type,
          // An address needs no resolver, neither to bind nor to answer.
          lookup: (address, _options, found) => found(null, address, type === 'udp6' ? 6 : 4),
        });
        socket.once('error', reject);
        socket.on('message', (message, from) => {
          const nonce = greeted(message.toString('latin1', 0, 256));
          if (nonce === undefined) return;
          // The callback takes the error of a peer that is gone.
          const echo = hearing.heard(nonce, peer(from.address, from.port));
          socket.send(echo, from.port, from.address, () => undefined);
        });
        socket.bind({ address: host, port }, () => {
          socket.off('error', reject);
          socket.on('error', () => undefined);
          socket.setRecvBufferSize(RECEIVE_BUFFER);
          resolve();
        });
      }),
  );
