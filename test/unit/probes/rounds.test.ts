import { describe, expect, test } from '@jest/globals';
import { type RoundAnswer, Rounds } from '../../../probes/rounds.ts';
import type { Outcome, Schedule } from '../../../probes/wire.ts';

const schedule: Schedule = {
  timeoutMs: 1000,
  attempts: 3,
  stableRounds: 3,
  minSettleMs: 500,
  budgetMs: 10_000,
  roundGapMs: 100,
  concurrency: 100,
  ratePerSecond: 1000,
};

const answer = (outcome: Outcome, more: Partial<RoundAnswer> = {}, round = 0): RoundAnswer => ({
  outcome,
  starved: false,
  attempts: [{ outcome, at: 0, ms: 1, round, n: 0 }],
  ...more,
});

function played(outcomes: readonly (readonly RoundAnswer[])[]): Rounds {
  const rounds = new Rounds(outcomes[0]?.length ?? 0, schedule, 1000);
  outcomes.forEach((answers, round) => rounds.add(round, 1000 + round * 100, answers));
  return rounds;
}

describe('rounds', () => {
  test('are enough when every probe agreed k times in a row and the least time is over', () => {
    const open = answer('connected');
    const rounds = played([[open], [open], [open]]);
    expect(rounds.enough(9000, 1000)).toBeUndefined();
    rounds.add(3, 1499, [open]);
    expect(rounds.enough(9000, 1000)).toBeUndefined();
    rounds.add(4, 1500, [open]);
    expect(rounds.enough(9000, 1000)).toBe('stable');
    rounds.add(5, 1600, [answer('timed-out')]);
    rounds.add(6, 1700, [answer('timed-out')]);
    expect(rounds.enough(9000, 1000)).toBeUndefined();
    rounds.add(7, 1800, [answer('timed-out')]);
    expect(rounds.enough(9000, 1000)).toBe('stable');
  });

  test('do not take the time for over while the network can not know of the pod', () => {
    const open = answer('connected');
    const rounds = played(Array.from({ length: 10 }, () => [open]));
    expect(rounds.enough(9000, 1401)).toBeUndefined();
    expect(rounds.enough(9000, 1400)).toBe('stable');
  });

  test('that do not count are no time: what was seen before them may have changed', () => {
    const rounds = played([[answer('refused')], [answer('refused')], [answer('refused')]]);
    expect(rounds.enough(8000, 1000)).toBeUndefined();
  });

  test('that ended before their time leave nothing stable', () => {
    const rounds = played(Array.from({ length: 4 }, () => [answer('refused')]));
    expect(rounds.standing(0, 1000)).toMatchObject({ outcome: 'refused', stable: false });
    expect(rounds.standing(0, 800)).toMatchObject({ outcome: 'refused', stable: true });
  });

  test('are enough at once where no time is asked for', () => {
    const rounds = new Rounds(1, { ...schedule, minSettleMs: 0, stableRounds: 1 }, 1000);
    rounds.add(0, 1000, [answer('connected')]);
    expect(rounds.enough(1001, 5000)).toBe('stable');
  });

  test('go on while a single probe has not settled', () => {
    const open = answer('connected');
    const rounds = played([
      [open, open],
      [open, answer('timed-out')],
      [open, answer('timed-out')],
    ]);
    expect(rounds.enough(2100, 0)).toBeUndefined();
    rounds.add(3, 1300, [open, answer('timed-out')]);
    expect(rounds.enough(2100, 0)).toBe('stable');
    expect(rounds.settledAt).toBe(1100);
  });

  test('agree on getting nowhere, whichever answer is left out or sent; a connection is another picture', () => {
    const rounds = played([[answer('refused')], [answer('timed-out')], [answer('unreachable')]]);
    expect(rounds.enough(2100, 0)).toBe('stable');
    expect(rounds.settledAt).toBe(1000);
    const open = played([[answer('refused')], [answer('timed-out')], [answer('connected')]]);
    expect(open.enough(2100, 0)).toBeUndefined();
  });

  test('end with the budget, when no further round fits into it', () => {
    const rounds = played([[answer('connected')], [answer('timed-out')]]);
    expect(rounds.enough(10_999, 0)).toBeUndefined();
    expect(rounds.enough(11_000, 0)).toBe('budget');
    expect(rounds.standing(0, 0)).toMatchObject({ outcome: 'timed-out', stable: false });
  });

  test('a connection with our echo does not agree with one without', () => {
    const [echoed, mute] = [answer('connected', { echoed: true }), answer('connected', { echoed: false })];
    expect(played([[echoed], [mute], [echoed]]).standing(0, 0)?.stable).toBe(false);
    expect(played([[mute], [echoed], [echoed], [echoed]]).standing(0, 0)?.stable).toBe(true);
  });

  test('a starved answer agrees with nothing, not even with another one', () => {
    const starved = answer('errored', { starved: true });
    expect(played([[starved], [starved], [starved], [starved]]).standing(0, 0)?.stable).toBe(false);
    const rounds = played([[starved], [answer('connected')], [answer('connected')], [answer('connected')]]);
    expect(rounds.standing(0, 0)?.stable).toBe(true);
  });

  test('tell every change since the first round, and the attempts of the last k rounds alone', () => {
    const outcomes: Outcome[] = [
      'connected',
      'connected',
      'timed-out',
      'connected',
      'connected',
      'connected',
    ];
    const rounds = played(outcomes.map((outcome, round) => [answer(outcome, {}, round)]));
    const standing = rounds.standing(0, 0);
    expect(standing?.history).toEqual([
      { round: 0, at: 1000, outcome: 'connected' },
      { round: 2, at: 1200, outcome: 'timed-out' },
      { round: 3, at: 1300, outcome: 'connected' },
    ]);
    expect(standing?.attempts.map((attempt) => attempt.round)).toEqual([3, 4, 5]);
  });

  test('an endlessly flapping probe keeps its first change and the latest ones', () => {
    const rounds = played(
      Array.from({ length: 200 }, (_, round) => [answer(round % 2 ? 'connected' : 'timed-out')]),
    );
    const history = rounds.standing(0, 0)?.history ?? [];
    expect(history.length).toBe(40);
    expect(history[0]?.round).toBe(0);
    expect(history.at(-1)?.round).toBe(199);
  });

  test('know nothing of a probe before its first round', () => {
    expect(new Rounds(1, schedule, 0).standing(0, 0)).toBeUndefined();
  });
});
