/** The words for behaviours. */
import { describe, expect, test } from '@jest/globals';
import { HEALTHY } from '../../../src/sandbox/network/behaviour.ts';
import { describeBehaviours, parseBehaviour } from '../../../src/sandbox/network/behaviour-words.ts';
import { PRESETS } from '../../../src/sandbox/network/presets.ts';

/** A preset's form with every argument given. */
const written = (form: string): string =>
  form.replace(/\[?=(ms|percent)\]?/, '=7').replace('=NODE', '=worker-1');

describe('behaviours', () => {
  test('each preset but healthy makes one difference of its own', () => {
    const made = PRESETS.map(({ form }) => JSON.stringify(parseBehaviour(written(form))));
    expect(new Set(made).size).toBe(PRESETS.length);
    expect(made[0]).toBe(JSON.stringify(HEALTHY));
  });

  test('numbers have a default and a limit', () => {
    expect(parseBehaviour('slow').delayMs).toBe(3000);
    expect(parseBehaviour('slow=0').delayMs).toBe(0);
    expect(parseBehaviour('fail-open').newPodsOpenMs).toBe(2000);
    expect(parseBehaviour('lossy').world.lossPercent).toBe(10);
    expect(parseBehaviour('lossy=99').world.lossPercent).toBe(99);
    expect(parseBehaviour('slow-link').world.linkDelayMs).toBe(300);
  });

  test('several are joined, and of two for one switch the later counts', () => {
    expect(parseBehaviour('ingress-only+reject+slow=5+slow=6+agent-dead=a+agent-dead=b')).toEqual({
      ...HEALTHY,
      enforced: { ingress: true, egress: false },
      denial: 'reject',
      delayMs: 6,
      agents: { ...HEALTHY.agents, dead: ['a', 'b'] },
    });
    expect(parseBehaviour('ingress-only+egress-only').enforced).toEqual({ ingress: false, egress: false });
  });

  test.each([
    ['', 'one of healthy, none, '],
    ['Healthy', 'did you mean healthy?'],
    ['ignore-endport', 'did you mean ignores-endport?'],
    ['reject+slwo=5', 'did you mean slow?'],
    ['toString', 'one of healthy, none, '],
    ['none ', 'did you mean none?'],
    ['none=1', 'it is written none'],
    ['slow=', 'it is written slow[=ms]'],
    ['slow=-1', 'it is written slow[=ms]'],
    ['slow=1e3', 'it is written slow[=ms]'],
    ['slow=999999', 'it is written slow[=ms]'],
    ['lossy=100', 'it is written lossy[=percent]'],
    ['agent-dead', 'it is written agent-dead=NODE'],
  ])('%j is none: %s', (text, hint) => {
    expect(() => parseBehaviour(text)).toThrow(
      expect.objectContaining({ code: 'usage', hint: expect.stringContaining(hint) }),
    );
  });

  test('a node that is not there is refused where nodes are known', () => {
    const nodes = ['worker-1', 'worker-2'];
    expect(parseBehaviour('agent-stopped=worker-2', nodes).agents.stopped).toEqual(['worker-2']);
    expect(() => parseBehaviour('reject+agent-stopped=worker-3', nodes)).toThrow(
      expect.objectContaining({ message: 'the sandbox has no node "worker-3"' }),
    );
  });

  test('each is told in a line that fits a terminal', () => {
    const lines = describeBehaviours().split('\n');
    expect(lines).toHaveLength(PRESETS.length);
    for (const line of lines) expect(line).toMatch(/^ {2}[a-z-]+\S* +\S.{10,}$/);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100);
  });
});
