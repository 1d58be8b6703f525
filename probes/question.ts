/** One probe's question in one round: its tries, their shared deadline, and what they come to. */
import type { Answer, Call, Dial, Try } from './dial/dial.ts';
import { showsLatency } from './latency.ts';
import { codeOf, STARVED, wantsSlower } from './outcomes.ts';
import { isAnswer, rank } from './rank.ts';
import type { RoundAnswer } from './rounds.ts';
import { Silence, type Sleep } from './silence.ts';
import type { Attempt, ProbeOrder } from './wire.ts';
import type { Waiting } from './wheel.ts';

/** Later tries start spread over this first share of the timeout: the last one still has 70 % of it. */
const START_SHARE = 0.3;
/** The kernel completes handshakes for a server that is busy: its words may take longer than its SYN/ACK. */
const ECHO_PATIENCE = 3;

/** What a question needs from around it. */
export interface Means {
  now(): number;
  dial(probe: ProbeOrder): Dial;
  /** The address to dial for a host; throws synchronously or rejects if there is none. */
  address(host: string, attempt: number): string | Promise<string>;
  readonly sleep: Sleep;
  /** Told of every attempt after a question's first. */
  retried(): void;
}

export interface QuestionSettings {
  readonly probe: ProbeOrder;
  readonly index: number;
  readonly salt: string;
  readonly round: number;
  readonly timeout: number;
  readonly attempts: number;
}

interface Slot {
  readonly n: number;
  at: number;
  phase: 'resolving' | 'dialling' | 'connected';
  /** When the connection was complete. */
  connectedAt?: number;
  going?: Try;
}

export class Question implements Waiting {
  readonly index: number;
  readonly #settings: QuestionSettings;
  readonly #means: Means;
  readonly #settled: (question: Question) => void;
  readonly #open = new Set<Slot>();
  readonly #attempts: Attempt[] = [];
  /** Attempts of earlier tries of this round, in which the agent could not measure. */
  readonly #former: readonly Attempt[];
  readonly #silence: Silence;
  #begun = 0;
  #over = false;
  /** Time to the first answer, without the name's resolution and the agent's own sleep. */
  latency: number | undefined;

  constructor(
    settings: QuestionSettings,
    means: Means,
    settled: (question: Question) => void,
    former: readonly Attempt[] = [],
  ) {
    this.index = settings.index;
    this.#settings = settings;
    this.#means = means;
    this.#settled = settled;
    this.#former = former;
    this.#silence = new Silence(settings.timeout, means.sleep);
  }

  /** Starts the first attempt; returns when it wants to hear of the time, undefined if it is over already. */
  begin(): number | undefined {
    this.#silence.start(this.#means.now());
    this.#try();
    return this.#over ? undefined : this.#nextTime();
  }

  due(now: number): number | undefined {
    if (this.#over) return undefined;
    this.#silence.makeUpForSleep(now);
    for (const slot of this.#open) if (now >= this.#limit(slot)) this.#expire(slot, now);
    if (!this.#over && this.#mayRetry() && now >= this.#retryTime()) {
      this.#means.retried();
      this.#try();
    }
    if (!this.#over) this.#settleIfDone();
    return this.#over ? undefined : this.#nextTime();
  }

  /** Drops everything; nothing is told any more. */
  abandon(): void {
    this.#over = true;
    for (const slot of this.#open) slot.going?.abandon();
    this.#open.clear();
  }

  /** What the round came to for this probe. */
  answer(): RoundAnswer {
    const best = [...this.#attempts].sort((a, b) => rank(a) - rank(b))[0];
    const outcome = best?.outcome ?? 'errored';
    return {
      outcome,
      ...(best?.echoed === undefined ? {} : { echoed: best.echoed }),
      starved: outcome === 'errored' && this.#attempts.some((attempt) => wantsSlower(attempt.error)),
      attempts: [...this.#former, ...this.#attempts],
    };
  }

  #try(): void {
    const slot: Slot = { n: this.#former.length + this.#begun++, at: this.#means.now(), phase: 'resolving' };
    this.#open.add(slot);
    try {
      const address = this.#means.address(this.#settings.probe.host, slot.n);
      if (typeof address === 'string') this.#dial(slot, address);
      else this.#resolve(slot, address);
    } catch (error) {
      this.#close(slot, { outcome: 'errored', error: codeOf(error) });
    }
  }

  #resolve(slot: Slot, pending: Promise<string>): void {
    pending.then(
      (address) => {
        if (!this.#open.has(slot)) return;
        // The time for the name is not the destination's: the deadline counts from the first packet to it.
        slot.at = this.#means.now();
        if (this.#attempts.length === 0 && this.#open.size === 1) this.#silence.start(slot.at);
        try {
          this.#dial(slot, address);
        } catch (error) {
          this.#close(slot, { outcome: 'errored', error: codeOf(error) });
        }
      },
      (error: unknown) => {
        const code = codeOf(error);
        if (this.#open.has(slot))
          this.#close(slot, { outcome: wantsSlower(code) ? 'errored' : 'dns-failed', error: code });
      },
    );
  }

  #dial(slot: Slot, address: string): void {
    const { probe } = this.#settings;
    slot.phase = 'dialling';
    slot.going = this.#means.dial(probe)(this.#call(slot, address), {
      connected: () => {
        slot.phase = 'connected';
        slot.connectedAt = this.#means.now();
        this.latency ??= this.#awakeTime(slot.at, slot.connectedAt);
      },
      answered: (answer) =>
        this.#close(slot, address === probe.host ? answer : { ...answer, remote: address }),
    });
  }

  #call(slot: Slot, address: string): Call {
    const { probe, salt, index, round } = this.#settings;
    return {
      ...probe,
      address,
      nonce: `${salt}.${index}.${round}.${slot.n}`,
      serverName: probe.serverName ?? probe.host,
    };
  }

  #expire(slot: Slot, now: number): void {
    if (slot.phase === 'resolving' || !slot.going) {
      this.#close(slot, { outcome: 'dns-failed', error: 'ETIMEDOUT' }, now);
      return;
    }
    this.#close(slot, slot.going.expire(), now);
  }

  /** @param now where thousands expire at once, the time for which its sleep was made up, and not a moment later */
  #close(slot: Slot, told: Answer, now = this.#means.now()): void {
    this.#open.delete(slot);
    const answer = this.#believed(slot, told, now);
    const ms = Math.round(((answer.outcome === 'connected' && slot.connectedAt) || now) - slot.at);
    this.#attempts.push({ ...answer, at: Math.round(slot.at), ms, round: this.#settings.round, n: slot.n });
    if (showsLatency(answer.outcome, ms)) this.latency ??= this.#awakeTime(slot.at, now);
    if (isAnswer(answer.outcome) && answer.echoed !== false) this.#settle();
    else this.#settleIfDone();
  }

  #settleIfDone(): void {
    if (this.#open.size === 0 && !this.#mayRetry()) this.#settle();
  }

  /** Silence counts only if the agent could hear. */
  #believed(slot: Slot, answer: Answer, now: number): Answer {
    if (answer.outcome !== 'timed-out' && answer.outcome !== 'dns-failed') return answer;
    const heard =
      slot.phase === 'resolving' ? this.#silence.sleptLittle(slot.at, now) : this.#silence.wasHeard(now);
    return heard ? answer : { ...answer, outcome: 'errored', error: STARVED };
  }

  /** What the agent slept through is not the network's slowness. */
  #awakeTime(from: number, to: number): number {
    return to - from - this.#means.sleep.stalledFor(from, to);
  }

  #settle(): void {
    this.abandon();
    this.#settled(this);
  }

  /** True while another attempt may start: the first connection's words are waited for alone. */
  #mayRetry(): boolean {
    if (this.#begun >= this.#settings.attempts || this.#means.now() >= this.#silence.until) return false;
    for (const slot of this.#open) if (slot.phase !== 'dialling') return false;
    return true;
  }

  #retryTime(): number {
    const { attempts, timeout } = this.#settings;
    return this.#silence.from + (this.#begun * START_SHARE * timeout) / Math.max(1, attempts - 1);
  }

  #limit(slot: Slot): number {
    if (slot.phase === 'resolving') return slot.at + this.#settings.timeout;
    if (slot.connectedAt === undefined) return this.#silence.until;
    return slot.connectedAt + ECHO_PATIENCE * this.#settings.timeout;
  }

  #nextTime(): number {
    let next = this.#mayRetry() ? this.#retryTime() : Infinity;
    for (const slot of this.#open) next = Math.min(next, this.#limit(slot));
    return next;
  }
}
