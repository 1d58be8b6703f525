/** Draws a run's events on stderr: a spinner on a terminal, plain lines elsewhere. */
import type { Emit, RunEvent } from '../model/events.ts';
import { visible } from '../report/escape.ts';
import { duration } from '../report/text.ts';
import type { Stream } from './terminal.ts';

export interface Progress {
  readonly emit: Emit;
  /** Takes a half-drawn line away; no event may follow. */
  stop(): void;
}

export async function createProgress(err: Stream): Promise<Progress> {
  return err.isTTY ? await spinner() : plainLines(err);
}

/** Milliseconds of a phase before an estimate of its end is more than a guess. */
const ETA_AFTER_MS = 1000;

async function spinner(): Promise<Progress> {
  const { default: ora } = await import('ora');
  // Discarding stdin would put it into raw mode, in which Ctrl-C is no signal any more.
  const drawn = ora({ discardStdin: false, stream: process.stderr });
  let phaseStart = 0;
  const emit = (event: RunEvent): void => {
    switch (event.kind) {
      case 'phase':
        phaseStart = performance.now();
        drawn.start(event.phase);
        return;
      case 'progress':
        drawn.text = progressText(event, performance.now() - phaseStart);
        return;
      case 'phase-done':
        drawn.succeed(`${event.phase} ${duration(event.ms)}`);
        return;
      case 'note': {
        const { text, isSpinning } = drawn;
        drawn.info(visible(event.message));
        if (isSpinning) drawn.start(text);
        return;
      }
    }
  };
  return { emit, stop: () => drawn.stop() };
}

export function progressText(event: Extract<RunEvent, { kind: 'progress' }>, elapsedMs: number): string {
  const { phase, done, total } = event;
  const counted = `${phase} ${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`;
  if (elapsedMs < ETA_AFTER_MS || done === 0 || done >= total) return counted;
  return `${counted}, about ${duration(Math.ceil(((elapsedMs / done) * (total - done)) / 1000) * 1000)} left`;
}

/** A log is read afterwards: each phase when it begins and ends, and each quarter of its way. */
export function plainLines(err: Pick<Stream, 'write'>): Progress {
  let quarter = 0;
  const line = (text: string): void => void err.write(`${text}\n`);
  const emit = (event: RunEvent): void => {
    switch (event.kind) {
      case 'phase':
        quarter = 0;
        line(`${event.phase} ...`);
        return;
      case 'progress': {
        const reached = event.total > 0 ? Math.floor((4 * event.done) / event.total) : 0;
        if (reached > quarter && reached < 4) line(`${event.phase} ${event.done} of ${event.total}`);
        quarter = Math.max(quarter, reached);
        return;
      }
      case 'phase-done':
        line(`${event.phase} done in ${duration(event.ms)}`);
        return;
      case 'note':
        line(`note: ${visible(event.message)}`);
        return;
    }
  };
  return { emit, stop: () => undefined };
}
