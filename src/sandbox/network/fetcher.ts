/** HTTP GET from inside a node's namespace, over that node's helper. */
import { builtProgram } from '../../package.ts';
import { Helper } from './helper.ts';
import type { FetchReply, FetchRequest } from './node-fetch.ts';

interface Waiting {
  resolve(status: number): void;
  reject(error: Error): void;
}

export class Fetcher {
  readonly #waiting = new Map<number, Waiting>();
  #helper: Helper<FetchRequest, FetchReply> | undefined;
  #lastId = 0;

  static async start(netns: string, onDeath: (message: string) => void): Promise<Fetcher> {
    const fetcher = new Fetcher();
    fetcher.#helper = await Helper.start<FetchRequest, FetchReply>({
      netns,
      program: builtProgram('sandbox/network/node-fetch'),
      onMessage: (reply) => fetcher.#settle(reply),
      onDeath: (message) => {
        fetcher.#failAll(message);
        onDeath(message);
      },
    });
    return fetcher;
  }

  get(url: string, timeoutMs: number): Promise<number> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      if (this.#helper?.send({ id, url, timeoutMs }) !== true)
        this.#settle({ id, error: 'the node is restarting' });
    });
  }

  close(): void {
    this.#helper?.close();
    this.#failAll('the network was closed');
  }

  #settle(reply: FetchReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('status' in reply) waiting?.resolve(reply.status);
    else waiting?.reject(new Error(reply.error));
  }

  #failAll(message: string): void {
    for (const id of this.#waiting.keys()) this.#settle({ id, error: message });
  }
}
