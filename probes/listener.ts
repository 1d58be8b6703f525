/** The listener: serves its ports, tells every nonce, and shows by its beats that it can be reached. */
import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { dialsFor } from './dials.ts';
import type { Dial } from './dial/dial.ts';
import { listenControl, listenHttp } from './listen/http.ts';
import { httpsListen } from './listen/https.ts';
import type { Hearing, Listen } from './listen/listen.ts';
import { listenTcp } from './listen/tcp.ts';
import { listenUdp } from './listen/udp.ts';
import { echo } from './nonce.ts';
import { codeOf } from './outcomes.ts';
import { Question } from './question.ts';
import type { Report } from './report.ts';
import { Sightings } from './sightings.ts';
import { now, Vitals } from './vitals.ts';
import type { ListenerOrder, Protocol } from './wire.ts';
import { Wheel } from './wheel.ts';

/**
 * Time between two ticks, as a share of `stallMs`: who stands still for that and for one tick more is found out,
 * whenever it began. No finer, for a hundred listeners on a node should sleep.
 */
const TICK_SHARE = 0.8;
const SELF_DIAL_MS = 1_000;

type Port = ListenerOrder['serve'][number];

export class Listener {
  readonly #order: ListenerOrder;
  readonly #report: Report;
  readonly #wheel: Wheel;
  readonly #vitals: Vitals;
  readonly #sightings: Sightings;
  /** Starts the nonces of dials to ourselves; nobody else can know it. */
  readonly #self = `self${randomBytes(12).toString('hex')}`;
  #beats = 0;

  constructor(order: ListenerOrder, report: Report) {
    this.#order = order;
    this.#report = report;
    const tick = TICK_SHARE * order.stallMs;
    this.#wheel = new Wheel(tick, now());
    this.#vitals = new Vitals(report, tick, (time) => this.#wheel.advance(time));
    this.#sightings = new Sightings(report, now);
  }

  /** Serves until told to stop; false if a port can't be had. Every line is told when it resolves. */
  async run(stopped: Promise<void>): Promise<boolean> {
    if (!(await this.#listen())) return false;
    const dials = await dialsFor(this.#order.serve.map(({ protocol }) => ({ protocol, echo: true })));
    this.#report.tell({ kind: 'listening', ports: this.#order.serve });
    setInterval(() => void this.#beat(dials), this.#order.beatMs);
    await stopped;
    this.#sightings.flush();
    return true;
  }

  async #listen(): Promise<boolean> {
    const control: Listen = (port) => listenControl(port, this.#vitals.kubeletCame);
    const serving = this.#order.serve.map((each) => this.#bind(each, this.#listens(each.protocol)));
    serving.push(this.#bind({ protocol: 'http', port: this.#order.controlPort }, control));
    return (await Promise.all(serving)).every(Boolean);
  }

  #listens(protocol: Protocol): Listen {
    switch (protocol) {
      case 'tcp':
        return listenTcp;
      case 'udp':
        return listenUdp;
      case 'http':
        return listenHttp;
      case 'https':
        return httpsListen(this.#order.tls);
      case 'dns':
        return () => Promise.reject(new Error('dns is not served'));
    }
  }

  async #bind({ protocol, port }: Port, listen: Listen): Promise<boolean> {
    try {
      await listen(port, this.#hearing(protocol, port));
      return true;
    } catch (error) {
      this.#report.tell({ kind: 'listen-failed', protocol, port, error: codeOf(error) });
      return false;
    }
  }

  #hearing(protocol: Protocol, port: number): Hearing {
    return {
      heard: (nonce, from) => {
        if (!nonce.startsWith(this.#self)) this.#sightings.add(nonce, protocol, port, from);
        return echo(nonce, this.#order.id);
      },
    };
  }

  /** Tells which sockets answered since the last beat; those that nobody asked are asked by ourselves. */
  async #beat(dials: Record<Protocol, Dial>): Promise<void> {
    const alive = this.#sightings.takeHeard();
    const idle = this.#order.serve.filter((each) => !alive.has(name(each)));
    const beat = this.#beats++;
    const answered = await Promise.all(idle.map((each, i) => this.#answers(each, i, beat, dials)));
    idle.forEach((each, i) => answered[i] && alive.add(name(each)));
    // What came before a beat is told before it, also what still lay in the kernel: timers run before sockets.
    await new Promise(setImmediate);
    this.#sightings.flush();
    this.#vitals.beat([...alive]);
  }

  /** Dials our own socket at the pod's address. */
  #answers(
    { protocol, port }: Port,
    index: number,
    round: number,
    dials: Record<Protocol, Dial>,
  ): Promise<boolean> {
    const host = ownAddress();
    const probe = { protocol, port, host, echo: true };
    return new Promise((resolve) => {
      const question = new Question(
        { probe, index, round, salt: this.#self, timeout: SELF_DIAL_MS, attempts: 1 },
        {
          now,
          dial: () => dials[protocol],
          address: () => host,
          // A beat must not wait for longer: its own lag tells of sleep.
          sleep: { longestStall: () => 0, stalledFor: () => 0 },
          retried: () => undefined,
        },
        () => resolve(question.answer().echoed === true),
      );
      const next = question.begin();
      if (next !== undefined) this.#wheel.add(question, next);
    });
  }
}

const name = ({ protocol, port }: Port): string => `${protocol}/${port}`;

/** The pod's address: told by the downward API, or the first one that others could reach. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const outer = all.filter((each) => !each.internal && !each.address.startsWith('fe80:'));
  const first = outer.find((each) => each.family === 'IPv4') ?? outer[0];
  return process.env['POD_IP'] || (first?.address ?? '127.0.0.1');
}
