import { Writable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { Interruption } from '../../../src/cli/interruption.ts';
import { plainLines, progressText } from '../../../src/cli/progress.ts';
import { problemOf } from '../../../src/cli/problems.ts';
import { speaksUtf8, streamOf, wantsColor } from '../../../src/cli/terminal.ts';
import { NetproofError } from '../../../src/model/errors.ts';

describe('colour', () => {
  test.each([
    [{}, [], true, true],
    [{}, [], false, false],
    [{ TERM: 'dumb' }, [], true, false],
    [{ NO_COLOR: '1' }, [], true, false],
    [{ NO_COLOR: '' }, [], true, true],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, [], true, false],
    [{ FORCE_COLOR: '1' }, [], false, true],
    [{ FORCE_COLOR: '0' }, [], false, false],
    [{ FORCE_COLOR: '1' }, ['--no-color'], true, false],
    [{ NO_COLOR: '1' }, ['--color'], false, true],
  ])('%j %j on a TTY: %j gives %j', (env, argv, isTTY, expected) => {
    expect(wantsColor(env, argv, isTTY)).toBe(expected);
  });
});

test.each([
  [{}, true],
  [{ TERM: 'linux' }, false],
  [{ LANG: 'en_US.UTF-8' }, true],
  [{ LANG: 'C.utf8' }, true],
  [{ LANG: 'C' }, false],
  [{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, false],
  [{ LANG: 'C', LC_ALL: '', LC_CTYPE: 'de_AT.UTF-8' }, true],
])('%j speaks UTF-8: %j', (env, expected) => {
  expect(speaksUtf8(env)).toBe(expected);
});

describe('a stream', () => {
  const failing = (code: string): NodeJS.WriteStream =>
    new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })),
    }) as unknown as NodeJS.WriteStream;

  test('does not mind a reader that went away', async () => {
    const stream = streamOf(failing('EPIPE'), { env: {}, argv: [] });
    await expect(stream.write('text')).resolves.toBeUndefined();
    await expect(stream.write('more')).resolves.toBeUndefined();
  });

  test('minds a disk that is full', async () => {
    await expect(streamOf(failing('ENOSPC'), { env: {}, argv: [] }).write('text')).rejects.toThrow('ENOSPC');
  });

  test('resolves a write only when the text is out', async () => {
    let release: (() => void) | undefined;
    const slow = new Writable({
      write: (_chunk, _encoding, done) => void (release = done),
    }) as unknown as NodeJS.WriteStream;
    let written = false;
    const write = streamOf(slow, { env: {}, argv: [] })
      .write('text')
      .then(() => void (written = true));
    await new Promise(setImmediate);
    expect(written).toBe(false);
    release?.();
    await write;
    expect(written).toBe(true);
  });
});

describe('problems', () => {
  test('one line per issue with its place and hint', () => {
    const error = new NetproofError('scenario-invalid', 'not printed', {
      issues: [
        {
          message: 'no workload "wbe"',
          position: { file: 's.yaml', line: 3, column: 9 },
          hint: 'did you mean "web"?',
        },
        { message: 'two documents' },
      ],
    });
    expect(problemOf(error)).toEqual({
      exitCode: 2,
      text: 's.yaml:3:9: no workload "wbe" (hint: did you mean "web"?)\nnetproof: two documents\n',
    });
  });

  test('without issues the message itself, made harmless', () => {
    const error = new NetproofError('api-error', 'server said \u001b[2J\nboo', { hint: 'ask its owner' });
    expect(problemOf(error)).toEqual({
      exitCode: 5,
      text: 'netproof: server said \\u{1b}[2J\\nboo (hint: ask its owner)\n',
    });
  });

  test('anything else is a bug, with its stack', () => {
    const { text, exitCode } = problemOf(new TypeError('x is not a function'));
    expect(exitCode).toBe(70);
    expect(text).toMatch(/^netproof: this is a bug.*\nTypeError: x is not a function\n {4}at /);
  });
});

describe('progress', () => {
  test('estimates the rest once there is something to go by', () => {
    const event = { kind: 'progress', phase: 'probe', done: 250, total: 1000 } as const;
    expect(progressText(event, 500)).toBe('probe 250 of 1,000');
    expect(progressText(event, 5000)).toBe('probe 250 of 1,000, about 15 s left');
    expect(progressText({ ...event, done: 1000 }, 5000)).toBe('probe 1,000 of 1,000');
    expect(progressText({ ...event, done: 0 }, 5000)).toBe('probe 0 of 1,000');
  });

  test('in a log: phases, quarters and notes', () => {
    const lines: string[] = [];
    const { emit } = plainLines({ write: (text) => Promise.resolve(void lines.push(text)) });
    emit({ kind: 'phase', phase: 'probe' });
    for (let done = 0; done <= 8; done++) emit({ kind: 'progress', phase: 'probe', done, total: 8 });
    emit({ kind: 'phase-done', phase: 'probe', ms: 2600 });
    emit({ kind: 'phase', phase: 'clean-up' });
    emit({ kind: 'note', message: 'removed 2 pods\u001b[31m' });
    expect(lines.join('')).toBe(
      'probe ...\nprobe 2 of 8\nprobe 4 of 8\nprobe 6 of 8\nprobe done in 2.6 s\nclean-up ...\nnote: removed 2 pods\\u{1b}[31m\n',
    );
  });
});

test('the first signal asks, the second has the last word', () => {
  const interruption = new Interruption();
  interruption.leaveWord('netproof cleanup --run-id abc');
  expect(interruption.signal.aborted).toBe(false);
  expect(interruption.interrupt()).toBeUndefined();
  expect(interruption.signal.aborted).toBe(true);
  expect(interruption.interrupt()).toBe('netproof cleanup --run-id abc');
});
