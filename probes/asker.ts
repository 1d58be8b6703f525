/**
 * Asks the questions of a round under bounded concurrency and rate, and asks again what it couldn't hear. Rounds may
 * overlap: what a later one asks comes after what the earlier ones still have to ask.
 */
import type { Pace } from './pace.ts';
import { type Means, Question } from './question.ts';
import type { RoundAnswer } from './rounds.ts';
import type { ProbeOrder } from './wire.ts';
import type { Wheel } from './wheel.ts';

/** Each time at half the rate; what is still starved then stays `errored`. */
const MOST_REPEATS = 4;

export interface RoundResult {
  /** In the order of the probes. */
  readonly answers: readonly RoundAnswer[];
  /** Times to answer. */
  readonly latencies: readonly number[];
  /** How often the schedule slowed down. */
  readonly starved: number;
}

export interface AskerSettings {
  readonly probes: readonly ProbeOrder[];
  readonly salt: string;
  readonly attempts: number;
  /** Sockets open at once. */
  readonly concurrency: number;
}

interface About {
  readonly index: number;
  readonly round: number;
  readonly timeout: number;
  /** The same round's question before, which could not be heard. */
  readonly former: Question | undefined;
}

export class Asker {
  readonly #settings: AskerSettings;
  readonly #means: Means;
  readonly #wheel: Wheel;
  readonly #pace: Pace;
  /** The next one to begin is the last. */
  #waiting: Question[] = [];
  readonly #active = new Set<Question>();
  #pumping = false;
  #settled = 0;
  #whenBegun: (() => void) | undefined;

  constructor(settings: AskerSettings, means: Omit<Means, 'retried'>, wheel: Wheel, pace: Pace) {
    this.#settings = settings;
    this.#means = { ...means, retried: () => pace.owe() };
    this.#wheel = wheel;
    this.#pace = pace;
  }

  /** Questions answered so far, those of every round. */
  get settled(): number {
    return this.#settled;
  }

  /** Resolves when nothing waits to be asked, though answers may be awaited: a round asked now is not held up. */
  begun(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenBegun = resolve;
      this.#pump();
    });
  }

  /** One round over all probes. Never resolves after `stop`. */
  async ask(round: number, timeout: number): Promise<RoundResult> {
    const { probes } = this.#settings;
    const asked: Question[] = [];
    let again = probes.map((_, index) => index);
    let starved = 0;
    for (;;) {
      const about = again.map((index) => ({ index, round, timeout, former: asked[index] }));
      // oxlint-disable-next-line no-await-in-loop
      const questions = await this.#all(about);
      for (const question of questions) asked[question.index] = question;
      again = questions.filter((question) => question.answer().starved).map((question) => question.index);
      if (again.length === 0 || starved === MOST_REPEATS) break;
      starved++;
      this.#settled -= again.length;
      this.#pace.halve();
    }
    return {
      answers: asked.map((question) => question.answer()),
      latencies: asked.flatMap((question) => question.latency ?? []),
      starved,
    };
  }

  /** To be called at every tick with its lateness. */
  tick(lateMs: number): void {
    this.#pace.feel(lateMs);
    this.#pump();
  }

  /** Starts what may start. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.#waiting.length > 0 && this.#active.size < this.#room && this.#pace.take(this.#means.now()))
      this.#begin(this.#waiting.pop());
    this.#pumping = false;
    if (this.#waiting.length > 0) return;
    this.#whenBegun?.();
    this.#whenBegun = undefined;
  }

  /** Frees every socket. */
  stop(): void {
    this.#waiting = [];
    this.#whenBegun = undefined;
    for (const question of this.#active) question.abandon();
    this.#active.clear();
  }

  /** Every question may come to hold as many sockets as it has attempts. */
  get #room(): number {
    return Math.max(1, Math.floor(this.#settings.concurrency / this.#settings.attempts));
  }

  #question({ index, round, timeout, former }: About, settled: () => void): Question {
    const { probes, salt, attempts } = this.#settings;
    const probe = probes[index];
    if (!probe) throw new RangeError(`no probe ${index}`);
    return new Question(
      { probe, index, salt, round, timeout, attempts },
      this.#means,
      (question) => {
        this.#active.delete(question);
        this.#settled++;
        settled();
        this.#pump();
      },
      former?.answer().attempts,
    );
  }

  #all(about: readonly About[]): Promise<readonly Question[]> {
    return new Promise((resolve) => {
      let left = about.length;
      const settled = (): void => {
        left--;
        if (left === 0) resolve(questions);
      };
      const questions = about.map((each) => this.#question(each, settled));
      if (left === 0) resolve(questions);
      this.#waiting = [...shuffled(questions), ...this.#waiting];
      this.#pump();
    });
  }

  #begin(question: Question | undefined): void {
    if (!question) return;
    this.#active.add(question);
    const next = question.begin();
    if (next !== undefined) this.#wheel.add(question, next);
  }
}

/** Probers that all went through the same list would meet at one listener after the other. */
function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
