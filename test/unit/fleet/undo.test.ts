import { expect, test } from '@jest/globals';
import { UndoStack, type UndoStep } from '../../../src/fleet/undo.ts';

const step = (group: UndoStep['group'], what: string, log: string[]): UndoStep => ({
  group,
  what,
  undo: () => {
    log.push(what);
    return Promise.resolve(true);
  },
});

test('undoes last in, first out, group by group', async () => {
  const undo = new UndoStack();
  const log: string[] = [];
  for (const [group, what] of [
    ['namespaces', 'a'],
    ['owners', 'b'],
    ['pods', 'c'],
    ['pods', 'd'],
  ] as const) {
    await undo.create(step(group, what, log), () => Promise.resolve());
  }
  const report = await undo.run(1000);
  expect(log).toEqual(['d', 'c', 'b', 'a']);
  expect(report).toEqual({ undone: ['d', 'c', 'b', 'a'], failed: [] });
});

test('a step that fails does not keep the others from running', async () => {
  const undo = new UndoStack();
  const log: string[] = [];
  const broken: UndoStep = { group: 'pods', what: 'broken', undo: () => Promise.reject(new Error('no')) };
  await undo.create(step('namespaces', 'ns', log), () => Promise.resolve());
  await undo.create(broken, () => Promise.resolve());
  const report = await undo.run(1000);
  expect(report.undone).toEqual(['ns']);
  expect(report.failed.map(({ what }) => what)).toEqual(['broken']);
});

test('undoes what failed to be created too: the answer may have been lost, not the request', async () => {
  const undo = new UndoStack();
  const log: string[] = [];
  await expect(undo.create(step('pods', 'p', log), () => Promise.reject(new Error('reset')))).rejects.toThrow(
    'reset',
  );
  await undo.run(1000);
  expect(log).toEqual(['p']);
});

test('waits for a creation under way before it undoes it', async () => {
  const undo = new UndoStack();
  const log: string[] = [];
  let finish: () => void = () => undefined;
  const creating = undo.create(step('pods', 'undone', log), async () => {
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    log.push('created');
  });
  const running = undo.run(1000);
  finish();
  await Promise.all([creating, running]);
  expect(log).toEqual(['created', 'undone']);
});
