/** Collects the nonces that a listener read and tells them in batches. */
import type { Report } from './report.ts';
import type { Protocol, SeenLine } from './wire.ts';

const FLUSH_MS = 40;
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
    if (this.#waiting.length === 0) setTimeout(() => this.flush(), FLUSH_MS);
    this.#waiting.push([nonce, socket, from, Math.round(this.#now())]);
  }

  flush(): void {
    const nonces = this.#waiting;
    this.#waiting = [];
    for (let i = 0; i < nonces.length; i += PER_LINE)
      this.#report.tell({ kind: 'seen', nonces: nonces.slice(i, i + PER_LINE) });
  }

  /** The sockets on which a nonce came since the last call. */
  takeHeard(): Set<string> {
    const heard = this.#heard;
    this.#heard = new Set();
    return heard;
  }
}
