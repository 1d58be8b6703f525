// Stands in for the sandbox's daemon: does what its first node's name says.
import { createServer } from 'node:http';
import { networkInterfaces } from 'node:os';

const acts = {
  ready(listener) {
    const about = { pid: process.pid, interfaces: Object.keys(networkInterfaces()) };
    createServer((_request, response) => response.end(JSON.stringify(about))).listen(listener);
    process.send({ type: 'ready', ca: 'pem' });
  },
  failed: () => process.send({ type: 'failed', message: 'no room' }),
  crash() {
    throw new Error('this is how it broke');
  },
  hang() {},
};

process.on('disconnect', () => process.exit());
if (!process.connected) process.exit();
process.on('message', (message, listener) => {
  if (message.type === 'start') acts[message.options.nodes[0]](listener);
  else process.send({ type: 'cni', cni: message.cni });
});
