/** Moments at which something was shown to work, for questions of the form "also at that time?". */
export class Timeline {
  readonly #times: readonly number[];

  constructor(times: Iterable<number>) {
    this.#times = [...times].sort((a, b) => a - b);
  }

  /** Is there a moment in [from, to]? */
  within(from: number, to: number): boolean {
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#times[middle] as number) < from) low = middle + 1;
      else high = middle;
    }
    const found = this.#times[low];
    return found !== undefined && found <= to;
  }
}

/** Timelines by key, filled first and asked afterwards. */
export class Timelines {
  readonly #raw = new Map<string, number[]>();
  readonly #sorted = new Map<string, Timeline>();

  add(key: string, at: number): void {
    const times = this.#raw.get(key);
    if (times) times.push(at);
    else this.#raw.set(key, [at]);
  }

  within(key: string, from: number, to: number): boolean {
    let line = this.#sorted.get(key);
    if (!line) {
      line = new Timeline(this.#raw.get(key) ?? []);
      this.#sorted.set(key, line);
    }
    return line.within(from, to);
  }
}
