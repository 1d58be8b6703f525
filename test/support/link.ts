/** A way to a sandbox's API server that can be cut. */
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sandbox } from '../../src/sandbox/start.ts';

export interface Link {
  readonly kubeconfigPath: string;
  /** Connections that were cut. */
  readonly cuts: number;
  /** Breaks every connection that is up: the client has answered the server's half of the TLS handshake. */
  cut(): void;
  /** From now on connections are cut as soon as they are made; or no longer. */
  refuse(refused: boolean): void;
  /** Resolves at the next connection that is cut as soon as it is made. */
  refusal(): Promise<unknown>;
  close(): Promise<void>;
}

export async function openLink(sandbox: Sandbox): Promise<Link> {
  const { hostname, port } = new URL(sandbox.server);
  const sockets = new Set<Socket>();
  const up = new Set<Socket>();
  let cuts = 0;
  let refused = false;
  const refusals = new EventEmitter();
  const server = createServer((near) => {
    if (refused) {
      near.destroy();
      refusals.emit('refusal');
      return;
    }
    const far = connect(Number(port), hostname);
    near.pipe(far).pipe(near);
    far.once('data', () => near.once('data', () => up.add(near)));
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        up.delete(near);
        near.destroy();
        far.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = mkdtempSync(join(tmpdir(), 'netproof-link-'));
  const kubeconfigPath = join(folder, 'kubeconfig');
  writeFileSync(kubeconfigPath, sandbox.kubeconfig.replaceAll(sandbox.server, own), { mode: 0o600 });
  const cut = (chosen: Iterable<Socket>): void => {
    for (const socket of chosen) {
      cuts += 1;
      socket.destroy();
    }
  };
  return {
    kubeconfigPath,
    get cuts() {
      return cuts;
    },
    cut: () => cut(up),
    refuse: (value) => {
      refused = value;
      if (refused) cut(sockets);
    },
    refusal: () => once(refusals, 'refusal'),
    close: async () => {
      cut(sockets);
      server.close();
      await once(server, 'close');
      rmSync(folder, { recursive: true });
    },
  };
}
