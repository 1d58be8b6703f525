/** The prober: rounds over all probes until the picture holds, then its report. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Asker, type RoundResult } from './asker.ts';
import { dialsFor } from './dials.ts';
import { Timeout } from './latency.ts';
import { socketsAllowed } from './limits.ts';
import { Names } from './names.ts';
import { Pace } from './pace.ts';
import type { Report } from './report.ts';
import { fittingResult } from './result.ts';
import { Rounds } from './rounds.ts';
import { listenControl } from './listen/http.ts';
import { now, Vitals } from './vitals.ts';
import type { EndLine, ProberOrder } from './wire.ts';
import { Wheel } from './wheel.ts';

/** How exact deadlines are, and how often wakefulness is sampled. */
const TICK_MS = 20;
const PROGRESS_MS = 250;
/** The first round waits for so long a stretch without a stall, but no longer than the rush may last. */
const CALM_MS = 100;
const RUSH_MS = 1_500;
/** How long the kubelet's first visit is waited for: it shows that the pod's link works, and that the pod is known. */
const LINGER_MS = 3_000;

type Reason = EndLine['reason'];

/** A round under way. */
interface Going {
  readonly round: number;
  readonly startedAt: number;
  readonly timeout: number;
  readonly result: Promise<RoundResult>;
}

export class Prober {
  readonly #order: ProberOrder;
  readonly #report: Report;
  readonly #wheel = new Wheel(TICK_MS, now());
  readonly #vitals: Vitals;
  readonly #rounds: Rounds;
  readonly #timeout: Timeout;
  readonly #startedAt = now();
  readonly #slowed = { starved: 0, slowNetwork: 0 };
  #asker: Asker | undefined;
  #round = 0;
  #results = 0;
  #answered = false;
  #progressAt = 0;

  constructor(order: ProberOrder, report: Report) {
    this.#order = order;
    this.#report = report;
    this.#rounds = new Rounds(order.probes.length, order.schedule, this.#startedAt);
    this.#timeout = new Timeout(order.schedule.timeoutMs);
    this.#vitals = new Vitals(report, TICK_MS, this.#turn);
  }

  /** Runs until done or told to stop; every line is told when it resolves. Rejects if the control port is taken. */
  async run(stopped: Promise<void>): Promise<void> {
    await listenControl(this.#order.controlPort, this.#vitals.kubeletCame);
    this.#report.tell({ kind: 'started', probes: this.#order.probes.length });
    setInterval(() => this.#vitals.beat(), this.#order.beatMs);
    this.#asker = await this.#newAsker();
    await Promise.race([this.#calm(), stopped]);
    const life = stopped.then((): Reason => 'life');
    const reason = await Promise.race([this.#probe(this.#asker), life]);
    this.#asker.stop();
    if (!this.#order.resident) this.#tellResults();
    if (!this.#answered) await Promise.race([this.#linger(), stopped]);
    this.#vitals.beat();
    this.#end(reason);
  }

  /** Where one agent starts many do, and a round begun in their rush would only have to be asked again. */
  async #calm(): Promise<void> {
    const until = now() + RUSH_MS;
    // oxlint-disable-next-line no-await-in-loop
    while (now() < until && this.#vitals.awake.longestStall(now() - CALM_MS, now()) > TICK_MS)
      await sleep(TICK_MS);
  }

  async #newAsker(): Promise<Asker> {
    const { probes, salt, schedule } = this.#order;
    const dials = await dialsFor(probes);
    const concurrency = socketsAllowed(schedule.concurrency);
    return new Asker(
      { probes, salt, concurrency, attempts: Math.min(schedule.attempts, concurrency) },
      {
        now,
        dial: (probe) => dials[probe.protocol],
        address: new Names().address,
        sleep: this.#vitals.awake,
      },
      this.#wheel,
      new Pace(schedule.ratePerSecond, now()),
    );
  }

  /**
   * Round after round, each at least `roundGapMs` after the one before. The first that count, as many as can be
   * enough, overlap: while the silences of one are waited for, the next is asked.
   */
  async #probe(asker: Asker): Promise<Reason> {
    const first = this.#order.schedule.stableRounds;
    const going: Going[] = [];
    for (;;) {
      const round = this.#ask(asker, this.#round + going.length);
      going.push(round);
      const nextAt = round.startedAt + this.#order.schedule.roundGapMs;
      if (this.#rounds.none && going.length < first) await asker.begun();
      else {
        for (const each of going.splice(0)) this.#take(each, await each.result);
        const reason = this.#order.resident
          ? undefined
          : this.#rounds.enough(Math.max(now(), nextAt), this.#knownAt);
        if (reason) return reason;
      }
      await sleep(Math.max(0, nextAt - now()));
    }
  }

  /**
   * Policy engines learn of a pod from its status in the API. The kubelet, which writes that, sees up to a second late
   * that a container runs (genericPlegRelistPeriod in pkg/kubelet/kubelet.go), and asks its probes from then on.
   */
  get #knownAt(): number {
    return this.#vitals.kubeletFirstAt ?? Math.min(now(), this.#startedAt + LINGER_MS);
  }

  #ask(asker: Asker, round: number): Going {
    const timeout = this.#timeout.ms;
    return { round, startedAt: now(), timeout, result: asker.ask(round, timeout) };
  }

  /** A round whose timeout proved too short for this network does not count, nor do its silences. */
  #take({ round, startedAt, timeout }: Going, result: RoundResult): void {
    this.#round = round + 1;
    this.#slowed.starved += result.starved;
    // A refusal may be this node's own doing; only a connection shows that packets leave the pod and come back.
    this.#answered ||= result.answers.some((answer) => answer.outcome === 'connected');
    const slow = timeout < this.#timeout.ms || this.#timeout.grewFor(result.latencies);
    if (slow) this.#slowed.slowNetwork++;
    else this.#rounds.add(round, Math.round(startedAt), result.answers);
    if (this.#order.resident && !slow) this.#tellRound(round);
  }

  #tellRound(round: number): void {
    for (let probe = 0; probe < this.#order.probes.length; probe++) {
      const standing = this.#rounds.standing(probe, this.#knownAt);
      if (!standing) continue;
      const attempts = standing.attempts.filter((attempt) => attempt.round === round);
      this.#tellResult(probe, { ...standing, attempts });
    }
  }

  #tellResults(): void {
    for (let probe = 0; probe < this.#order.probes.length; probe++)
      this.#tellResult(
        probe,
        this.#rounds.standing(probe, this.#knownAt) ?? {
          outcome: 'errored',
          stable: false,
          attempts: [],
          history: [],
        },
      );
  }

  #tellResult(probe: number, standing: NonNullable<ReturnType<Rounds['standing']>>): void {
    this.#report.tell(fittingResult(probe, standing));
    this.#results++;
  }

  async #linger(): Promise<void> {
    const until = now() + LINGER_MS;
    while (this.#vitals.kubeletAt === undefined && now() < until) await sleep(TICK_MS);
  }

  #end(reason: Reason): void {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    this.#report.tell({
      kind: 'end',
      results: this.#results,
      rounds: this.#round,
      startedAt: Math.round(this.#startedAt),
      settledAt: Math.round(this.#rounds.settledAt),
      reason,
      cpuMs: Math.round((userCPUTime + systemCPUTime) / 1000),
      maxRss: maxRSS * 1024,
      slowed: this.#slowed,
    });
  }

  readonly #turn = (time: number, lateMs: number): void => {
    this.#wheel.advance(time);
    this.#asker?.tick(lateMs);
    if (!this.#asker || this.#order.resident || time < this.#progressAt + PROGRESS_MS) return;
    this.#progressAt = time;
    const settled = Math.min(this.#asker.settled, this.#order.probes.length);
    this.#report.tell({ kind: 'progress', round: this.#round, settled });
  };
}
