/** From a probe's host to the address to dial. */
import { ADDRCONFIG, getServers, lookup } from 'node:dns';
import { isIP } from 'node:net';

export class Names {
  /** Lookups going on: the system's resolver blocks a thread for each, and the pool is small. */
  readonly #going = new Map<string, Promise<string>>();

  /**
   * An address as it is, a name resolved anew (at once joined with a lookup that is still going on), and for
   * `''` the pod's own DNS servers in turn. Rejects with the resolver's error.
   */
  readonly address = (host: string, attempt: number): string | Promise<string> => {
    if (isIP(host) !== 0) return host;
    if (host === '') return ownServer(attempt);
    const going = this.#going.get(host);
    if (going) return going;
    const found = resolve(host).finally(() => this.#going.delete(host));
    this.#going.set(host, found);
    return found;
  };
}

/** ADDRCONFIG: no IPv6 address in a pod that has none itself. */
const resolve = (host: string): Promise<string> =>
  new Promise((found, failed) => {
    lookup(host, { hints: ADDRCONFIG, verbatim: true }, (error, address) => {
      if (error) failed(error);
      else found(address);
    });
  });

function ownServer(attempt: number): string {
  const servers = getServers();
  const server = servers[attempt % servers.length];
  if (server === undefined) throw new Error('no resolver');
  // `[fd00::a]:53` where the port is not the default.
  return /^\[(.+)\]/.exec(server)?.[1] ?? (isIP(server) === 0 ? server.replace(/:\d+$/, '') : server);
}
