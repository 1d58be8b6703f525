/** The agent's own life: its clock, its wakefulness, its beats, the kubelet's visits. */
import { performance } from 'node:perf_hooks';
import { Awake } from './awake.ts';
import type { Report } from './report.ts';

/** Milliseconds since the Unix epoch that never jump: the wall clock at start, advanced by the monotonic one. */
export const now = (): number => performance.timeOrigin + performance.now();

export class Vitals {
  readonly awake: Awake;
  /** The kubelet's first visit, and its latest. */
  kubeletFirstAt: number | undefined;
  kubeletAt: number | undefined;
  readonly #report: Report;

  /**
   * Every `period` milliseconds `turn` is called, and always after the sockets' events that were waiting: after
   * a stall Node runs timers first, so that deadlines would pass while their answers lie in the kernel.
   */
  constructor(report: Report, period: number, turn: (now: number, lateMs: number) => void) {
    this.#report = report;
    this.awake = new Awake(period, now());
    setInterval(() => {
      const lateMs = this.awake.tick(now());
      setImmediate(() => turn(now(), lateMs));
    }, period);
  }

  readonly kubeletCame = (): void => {
    this.kubeletAt = Math.round(now());
    this.kubeletFirstAt ??= this.kubeletAt;
  };

  /** Tells a sign of life. */
  beat(alive?: readonly string[]): void {
    const stalls = this.awake.takeStalls();
    this.#report.tell({
      kind: 'beat',
      ...(stalls.length === 0 ? {} : { stalls }),
      ...(this.kubeletAt === undefined ? {} : { kubeletAt: this.kubeletAt }),
      ...(alive === undefined ? {} : { alive }),
    });
  }
}
