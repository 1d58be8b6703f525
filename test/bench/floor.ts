/**
 * The floor under a run: the same pods doing the same connects in a bare loop of plain sockets, with no judging.
 * What netproof needs beyond it is its own doing.
 */
import pLimit from 'p-limit';
import { systemClock } from '../../src/cluster/clock.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { createOnceAccountExists } from '../../src/fleet/launch.ts';
import type { RunResult } from '../../src/model/result.ts';

/** Serves every port: echoes what it is sent. */
const SERVER = `
const net = require('node:net'), dgram = require('node:dgram');
for (const port of JSON.parse(process.env.PORTS)) {
  const [protocol, number] = port.split('/');
  if (protocol === 'udp') {
    const socket = dgram.createSocket('udp4');
    socket.on('message', (data, from) => socket.send(data, from.port, from.address));
    socket.bind(Number(number));
  } else net.createServer((socket) => { socket.on('error', () => {}); socket.on('data', (data) => socket.end(data)); }).listen({ port: Number(number), backlog: 511 });
}
setTimeout(() => console.log('ready'), 20);
setTimeout(() => process.exit(), 600000);
`;

/** Asks every address the same number of times: up to three attempts within one second, in two rounds. */
const CLIENT = `
const net = require('node:net'), dgram = require('node:dgram');
const targets = JSON.parse(process.env.TARGETS);
const ask = ([protocol, host, port]) => new Promise((resolve) => {
  const open = new Set();
  const done = () => { for (const timer of timers) clearTimeout(timer); for (const close of open) close(); resolve(); };
  const attempt = () => {
    if (protocol === 'udp') {
      const socket = dgram.createSocket('udp4');
      open.add(() => socket.close());
      socket.on('message', done); socket.on('error', done);
      socket.send('nonce', port, host, () => {});
    } else {
      const socket = net.connect({ host, port });
      open.add(() => socket.destroy());
      socket.on('connect', () => socket.write('nonce')); socket.on('data', done); socket.on('error', done);
    }
  };
  const timers = [setTimeout(attempt, 150), setTimeout(attempt, 300), setTimeout(done, 1000)];
  attempt();
});
(async () => {
  for (let round = 0; round < Number(process.env.ROUNDS); round++) {
    const queue = [...targets];
    await Promise.all(Array.from({ length: 170 }, async () => { for (let next = queue.pop(); next; next = queue.pop()) await ask(next); }));
  }
  console.log('done');
})();
`;

const START_MS = 30_000;

export interface Floor {
  readonly ms: number;
  readonly cpuMs: number;
}

export interface FloorOptions {
  /** The run whose connects are made again, with the namespaces and labels of its pods. */
  readonly like: RunResult;
  readonly image: string | undefined;
  readonly concurrency: number;
}

/** In namespaces with the policies of the run. */
export async function measureFloor(
  cluster: Cluster,
  { like, image, concurrency }: FloorOptions,
  busyCpuMs: () => number,
): Promise<Floor> {
  const start = (namespace: string, workload: string, pod: Bare): Promise<unknown> =>
    createOnceAccountExists(
      { cluster, clock: systemClock, signal: AbortSignal.timeout(START_MS) },
      floorPod(namespace, workload, pod, image),
    );
  const { probes, listeners, probers } = like.record;
  const address = new Map<string, string>();
  const limit = pLimit(20);
  await Promise.all(
    listeners.map(({ pod, workload }) =>
      limit(async () => {
        const namespace = namespaceOf(like, pod);
        const ports = [
          ...new Set(probes.filter((each) => each.listener === pod).map(({ port }) => plain(port))),
        ];
        const name = `floor-server-${pod}`;
        await start(namespace, workload, { name, program: SERVER, env: { PORTS: JSON.stringify(ports) } });
        await untilLine(cluster, namespace, name, 'ready');
        address.set(pod, (await cluster.get('Pod', namespace, name))?.status?.podIP ?? '');
      }),
    ),
  );
  const [from, cpuFrom] = [performance.now(), busyCpuMs()];
  const atOnce = pLimit(concurrency);
  await Promise.all(
    probers.map((prober) =>
      atOnce(async () => {
        const namespace = namespaceOf(like, prober.pod);
        const targets = probes
          .filter((each) => each.prober === prober.pod && each.listener !== undefined)
          .map(({ port, listener }) => {
            const [protocol, number] = plain(port).split('/');
            return [protocol, address.get(listener ?? ''), Number(number)];
          });
        const name = `floor-client-${prober.pod}`;
        const env = { TARGETS: JSON.stringify(targets), ROUNDS: String(prober.rounds) };
        await start(namespace, prober.workload, { name, program: CLIENT, env });
        await untilLine(cluster, namespace, name, 'done');
      }),
    ),
  );
  return { ms: performance.now() - from, cpuMs: busyCpuMs() - cpuFrom };
}

/** http and https cost a TCP connect too; the floor leaves out what is said on it. */
function plain(port: { readonly protocol: string; readonly port: number }): string {
  return `${port.protocol === 'udp' ? 'udp' : 'tcp'}/${port.port}`;
}

function namespaceOf(like: RunResult, pod: string): string {
  return like.record.pods.find(({ name }) => name === pod)?.namespace ?? '';
}

interface Bare {
  readonly name: string;
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
}

function floorPod(
  namespace: string,
  workload: string,
  { name, program, env }: Bare,
  image = 'docker.io/library/node:22-alpine',
) {
  const side = Number(workload.split('-').at(-1)) % 2 === 0 ? 'left' : 'right';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { app: workload, side } },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'netproof',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['node', '-e', program.replaceAll('$', '$$$$')],
          env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
        },
      ],
    },
  };
}

async function untilLine(cluster: Cluster, namespace: string, name: string, wanted: string): Promise<void> {
  const found = new AbortController();
  const timeout = AbortSignal.timeout(120_000);
  await cluster.followLog(namespace, name, (line) => line.includes(wanted) && found.abort(), {
    signal: AbortSignal.any([found.signal, timeout]),
  });
  if (found.signal.aborted) return;
  const status = (await cluster.get('Pod', namespace, name))?.status;
  throw new Error(`${name} never said "${wanted}": ${JSON.stringify(status?.containerStatuses)}`);
}
