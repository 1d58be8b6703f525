// A pod of the network tests: listens and dials as told, inside the pod's network namespace.
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const OUTCOMES = { ECONNREFUSED: 'refused', EHOSTUNREACH: 'unreachable', ENETUNREACH: 'unreachable' };
const outcomeOf = (error) => OUTCOMES[error.code] ?? `errored: ${error.code}`;

/** Connections that stay open, by the name the test gave them. */
const kept = new Map();

const actions = {
  /** Says its name, and who the client seems to be; echoes after that. */
  async listen({ protocol, port, name }) {
    if (protocol === 'tcp') {
      const server = createServer((socket) => {
        socket.on('error', () => socket.destroy());
        socket.write(`${name} sees ${socket.remoteAddress}\n`);
        socket.pipe(socket);
      });
      server.listen(port, '0.0.0.0', 1024);
      await once(server, 'listening');
    } else {
      const socket = createSocket('udp4', (_message, from) =>
        socket.send(`${name} sees ${from.address}`, from.port, from.address),
      );
      socket.bind(port);
      await once(socket, 'listening');
    }
  },

  dial: ({ protocol, host, port, timeoutMs }) =>
    protocol === 'tcp' ? dialTcp(host, port, timeoutMs) : dialUdp(host, port, timeoutMs),

  /** True if the handshake is completed, whatever is said after it. */
  shake({ host, port, timeoutMs }) {
    const socket = connect({ host, port, signal: AbortSignal.timeout(timeoutMs) });
    return once(socket, 'connect')
      .then(
        () => true,
        () => false,
      )
      .finally(() => socket.destroy());
  },

  async hold({ key, host, port, timeoutMs }) {
    const socket = connect({ host, port, signal: AbortSignal.timeout(timeoutMs) });
    kept.set(key, socket);
    await once(socket, 'data');
  },

  /** True if a held connection still carries data there and back. */
  async echo({ key, timeoutMs }) {
    const socket = kept.get(key);
    socket.write('still there?');
    return once(socket, 'data', { signal: AbortSignal.timeout(timeoutMs) }).then(
      () => true,
      () => false,
    );
  },

  async lookup({ name, server, type }) {
    const resolver = new Resolver({ timeout: 1000, tries: 2 });
    resolver.setServers([server]);
    return resolver.resolve(name, type).catch((error) => error.code);
  },
};

function dialTcp(host, port, timeoutMs) {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (outcome, text = '') => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ outcome, text });
    };
    const timer = setTimeout(() => end('timed-out'), timeoutMs);
    socket.once('error', (error) => end(outcomeOf(error)));
    socket.once('data', (data) => end('connected', data.toString().split('\n')[0]));
    // Servers other than ours say nothing first.
    socket.once('connect', () => socket.write('GET / HTTP/1.0\r\n\r\n'));
  });
}

function dialUdp(host, port, timeoutMs) {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const end = (outcome, text = '') => {
      clearTimeout(timer);
      socket.close();
      resolve({ outcome, text });
    };
    const timer = setTimeout(() => end('timed-out'), timeoutMs);
    socket.once('error', (error) => end(outcomeOf(error)));
    socket.once('message', (data) => end('connected', data.toString()));
    socket.connect(port, host, () => socket.send('hello'));
  });
}

process.on('disconnect', () => process.exit());
if (!process.connected) process.exit();
process.on('message', ({ id, action, order }) => {
  actions[action](order).then(
    (value) => process.send({ id, value }),
    (error) => process.send({ id, error: String(error) }),
  );
});
