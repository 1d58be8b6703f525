// The network tests' far side: opens the compiled network in fresh namespaces and does what the test asks.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseBehaviour } from '../../dist/src/sandbox/network/behaviour-words.js';
import { openNetwork } from '../../dist/src/sandbox/network/open.js';

const PEER = fileURLToPath(new URL('./network-peer.js', import.meta.url));
let network;
const peers = new Map();
const faults = [];

const calls = {
  async open(nodes, behaviour) {
    const onFault = (fault) => faults.push(fault);
    network = await openNetwork({ nodes, behaviour: parseBehaviour(behaviour), onFault });
    return { nodes: network.nodes, dns: network.dns };
  },
  attach: (uid, node) => network.attach(uid, node),
  detach: (uid) => network.detach(uid),
  program: (state) => network.program(state),
  behave: (behaviour) => network.behave(parseBehaviour(behaviour)),
  restartAgent: (node) => network.restartAgent(node),
  getFromNode: (node, url, timeoutMs) => network.getFromNode(node, url, timeoutMs),
  setNames: async (names) => network.setNames(new Map(names)),
  faults: async () => faults,
  /** A process in that namespace, known by that name. */
  async peer(name, netns) {
    const child = spawn('nsenter', [`--net=${netns}`, process.execPath, PEER], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const waiting = new Map();
    child.on('message', ({ id, value, error }) => {
      const { resolve, reject } = waiting.get(id);
      waiting.delete(id);
      if (error === undefined) resolve(value);
      else reject(new Error(error));
    });
    peers.set(name, { child, waiting, lastId: 0 });
  },
  order(name, action, order) {
    const peer = peers.get(name);
    return new Promise((resolve, reject) => {
      const id = ++peer.lastId;
      peer.waiting.set(id, { resolve, reject });
      peer.child.send({ id, action, order });
    });
  },
  /** Runs a shell command in a namespace; its output. */
  shell(netns, script) {
    return new Promise((resolve) => {
      const child = spawn('nsenter', [`--net=${netns}`, 'sh', '-c', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      child.stdout.on('data', (data) => (output += data));
      child.on('close', () => resolve(output));
    });
  },
};

process.on('disconnect', () => process.exit());
if (!process.connected) process.exit();
process.on('message', ({ id, call, args }) => {
  Promise.resolve()
    .then(() => calls[call](...args))
    .then(
      (value) => process.send({ id, value }),
      (error) => process.send({ id, error: error.stack }),
    );
});
