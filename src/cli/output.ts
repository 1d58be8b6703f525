/** Where a result goes: data to stdout or a file, and when it goes to a file, the table to stdout. */
import { access, constants, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { NetproofError } from '../model/errors.ts';
import type { RunResult } from '../model/result.ts';
import { type FormatName, FORMATS } from '../report/format.ts';
import type { RenderOptions } from '../report/render.ts';
import type { Stream, Terminal } from './terminal.ts';

export interface Output {
  readonly format: FormatName;
  readonly file: string | undefined;
}

/** Called before a run, so that an hour of probing does not end at a misspelt folder. */
export async function checkOutput({ file }: Pick<Output, 'file'>): Promise<void> {
  if (file === undefined) return;
  try {
    if (file === '') throw new Error('it has no name');
    await access(dirname(file), constants.W_OK);
    const there = await stat(file).catch(() => undefined);
    if (there?.isDirectory()) throw new Error('it is a folder');
  } catch (error) {
    throw unwritable(file, error);
  }
}

export async function writeResult(
  result: RunResult,
  { format, file }: Output,
  terminal: Terminal,
): Promise<void> {
  if (file === undefined) {
    await writeParts(await rendered(result, format, terminal.out), terminal.out);
    return;
  }
  const plain = { ...terminal.out, color: false, unicode: true };
  await writeWhole(file, await rendered(result, format, plain));
  await writeParts(await rendered(result, 'table', terminal.out), terminal.out);
  await terminal.err.write(`${format} written to ${file}\n`);
}

async function rendered(
  result: RunResult,
  format: FormatName,
  stream: Stream,
): Promise<string | Iterable<string>> {
  const options: RenderOptions = {
    wide: format === 'wide',
    color: stream.color,
    unicode: stream.unicode,
    width: stream.columns,
  };
  const render = await FORMATS[format]();
  return render(result, options);
}

/** Parts are gathered up to this length, so that a write is worth its call. */
const PART_LENGTH = 256 * 1024;

function* gathered(text: string | Iterable<string>): Generator<string> {
  if (typeof text === 'string') {
    yield text;
    return;
  }
  let part = '';
  for (const piece of text) {
    part += piece;
    if (part.length < PART_LENGTH) continue;
    yield part;
    part = '';
  }
  yield part;
}

export async function writeParts(text: string | Iterable<string>, stream: Stream): Promise<void> {
  for (const part of gathered(text)) await stream.write(part);
}

/** A reader of the file sees the old content or the new, never a part. */
export async function writeWhole(file: string, text: string | Iterable<string>): Promise<void> {
  const there = await stat(file).catch(() => undefined);
  try {
    // A pipe or a device such as /dev/fd/3 can't be replaced, only written to.
    if (there !== undefined && !there.isFile()) return await writeFile(file, gathered(text));
    const fresh = `${file}.${process.pid}.new`;
    try {
      await writeFile(fresh, gathered(text));
      await rename(fresh, file);
    } finally {
      await rm(fresh, { force: true });
    }
  } catch (error) {
    throw unwritable(file, error);
  }
}

function unwritable(file: string, error: unknown): NetproofError {
  const why = error instanceof Error ? error.message : String(error);
  return new NetproofError('file-unreadable', `cannot write ${file}: ${why}`, { cause: error });
}
