/** The sandbox's daemon: PID 1 of its namespaces. Brings network and cluster up, and takes all with it when it ends. */
import { once } from 'node:events';
import type { Server as HttpsServer } from 'node:https';
import { Server } from 'node:net';
import { makeCertificate } from './certificate.ts';
import { startCluster } from './cluster.ts';
import type { FromDaemon, ToDaemon } from './ipc.ts';
import { parseBehaviour } from './network/behaviour-words.ts';
import { CONTROL_PLANE, DNS_SERVICE_IP, type Network, SERVICE_CIDR } from './network/network.ts';
import { openNetwork } from './network/open.ts';

/** First address of the Service range, as kube-apiserver takes it for itself. */
const API_SERVICE_IP = '10.96.0.1';
/** On the private /run that the daemon is started with. */
const FOLDER = '/run/netproof';

const textOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
/** Undefined if the work succeeds, else what went wrong in a line. */
const errorOf = (work: Promise<void>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
const complain = (message: string): void => void process.stderr.write(`${message}\n`);

/** Resolves when the parent has it, so that exiting does not lose it. */
const tell = (message: FromDaemon): Promise<void> =>
  new Promise((resolve) => {
    if (process.send) process.send(message, () => resolve());
    else resolve();
  });

async function listen(api: HttpsServer, where: Server | typeof CONTROL_PLANE): Promise<void> {
  if (where instanceof Server) api.listen(where);
  else api.listen(where.port, where.ip);
  await once(api, 'listening');
}

async function start(message: Extract<ToDaemon, { type: 'start' }>, socket: Server): Promise<Network> {
  const behaviour = parseBehaviour(message.options.cni);
  const ips = ['127.0.0.1', CONTROL_PLANE.ip, API_SERVICE_IP];
  const [certificate, network] = await Promise.all([
    makeCertificate(ips, Date.now()),
    openNetwork({ nodes: message.options.nodes, behaviour, onFault: complain }),
  ]);
  const cluster = await startCluster({
    network,
    addresses: { apiServiceIP: API_SERVICE_IP, api: CONTROL_PLANE, dnsServiceIP: DNS_SERVICE_IP },
    serviceCidr: SERVICE_CIDR,
    certificate,
    token: message.token,
    folder: FOLDER,
    onFault: complain,
  });
  await Promise.all([listen(cluster.api(), socket), listen(cluster.api(), CONTROL_PLANE)]);
  await tell({ type: 'ready', ca: certificate.certificate });
  return network;
}

async function changeCni(network: Promise<Network> | undefined, cni: string): Promise<void> {
  const error = await errorOf((async () => (await network)?.behave(parseBehaviour(cni)))());
  await tell({ type: 'cni', cni, ...(error === undefined ? {} : { error }) });
}

async function restartAgent(network: Promise<Network> | undefined, node: string): Promise<void> {
  const error = await errorOf((async () => (await network)?.restartAgent(node))());
  await tell({ type: 'agent-restarted', node, ...(error === undefined ? {} : { error }) });
}

async function fail(error: unknown): Promise<never> {
  await tell({ type: 'failed', message: textOf(error) });
  process.exit(1);
}

// PID 1 gets no signal that it does not ask for.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.on('uncaughtException', (error) => {
  complain(textOf(error));
  process.exit(1);
});

let network: Promise<Network> | undefined;
process.on('message', (message: ToDaemon, socket: unknown) => {
  if (message.type === 'cni') {
    void changeCni(network, message.cni);
    return;
  }
  if (message.type === 'restart-agent') {
    void restartAgent(network, message.node);
    return;
  }
  if (!(socket instanceof Server)) {
    void fail(new Error('the start message came without its socket'));
    return;
  }
  network = start(message, socket);
  network.catch(fail);
});
