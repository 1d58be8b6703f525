/** A way to a sandbox's API server that can be cut. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sandbox } from '../../src/sandbox/start.ts';

export interface Link {
  readonly kubeconfigPath: string;
  /** Connections that were cut. */
  readonly cuts: number;
  /** Breaks every connection there is. */
  cut(): void;
  /** From now on connections are cut as soon as they are made; or no longer. */
  refuse(refused: boolean): void;
  close(): Promise<void>;
}

export async function openLink(sandbox: Sandbox): Promise<Link> {
  const { hostname, port } = new URL(sandbox.server);
  const sockets = new Set<Socket>();
  let cuts = 0;
  let refused = false;
  const server = createServer((near) => {
    if (refused) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
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
  const cut = (): void => {
    for (const socket of sockets) {
      cuts += 1;
      socket.destroy();
    }
  };
  return {
    kubeconfigPath,
    get cuts() {
      return cuts;
    },
    cut,
    refuse: (value) => {
      refused = value;
      if (refused) cut();
    },
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
      rmSync(folder, { recursive: true });
    },
  };
}
