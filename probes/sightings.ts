/** Collects the nonces that a listener read and tells them in batches: a line costs it more than a nonce does. */
import type { Report } from './report.ts';
import type { Protocol, SeenLine } from './wire.ts';

/** A nonce has at most 64 characters, a peer 47: so many fit into a line. */
const PER_LINE = 48;

export class Sightings {
  readonly #report: Report;
  readonly #now: () => number;
  #waiting: SeenLine['nonces'][number][] = [];
  #heard = new Set<string>();

  constructor(report: Report, now: () => number) {
    this.#report = report;
    this.#now = now;
  }

  add(nonce: string, protocol: Protocol, port: number, from: string): void {
    const socket = `${protocol}/${port}`;
    this.#heard.add(socket);
    this.#waiting.push([nonce, socket, from, Math.round(this.#now())]);
    if (this.#waiting.length === PER_LINE) this.flush();
  }

  /** To be called at every beat: whoever reads one has every nonce that came before it. */
  flush(): void {
    if (this.#waiting.length > 0) this.#report.tell({ kind: 'seen', nonces: this.#waiting });
    this.#waiting = [];
  }

  /** The sockets on which a nonce came since the last call. */
  takeHeard(): Set<string> {
    const heard = this.#heard;
    this.#heard = new Set();
    return heard;
  }
}
