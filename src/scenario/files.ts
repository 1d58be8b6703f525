/** Where scenarios and policies come from. */
import { open, readdir, stat } from 'node:fs/promises';
import { isAbsolute, join, normalize, parse } from 'node:path';
import { matchesGlob } from './glob.ts';
import { MAX_BYTES } from './text.ts';

/** Reads files for `loadScenario`; tests bring their own. */
export interface Files {
  /** The file's bytes, of a file over `MAX_BYTES` at least one more than that. Rejects as node:fs does. */
  read(path: string): Promise<Uint8Array>;
  /**
   * Files that match a pattern (`*` and `?` within a name, `**` for any folders) relative to a folder, sorted,
   * each as a path that `read` takes. Empty if there is none.
   */
  glob(pattern: string, base: string): Promise<string[]>;
}

export const nodeFiles: Files = { read, glob };

/** Reads no more than it must: the path may be a 10 GB file, a pipe or /dev/zero. */
async function read(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const buffer = new Uint8Array(MAX_BYTES + 1);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, null);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return buffer.subarray(0, length);
  } finally {
    await file.close();
  }
}

async function glob(pattern: string, base: string): Promise<string[]> {
  const { root } = parse(pattern);
  const start = isAbsolute(pattern) ? root : base;
  const steps = normalize(pattern.slice(root.length))
    .split('/')
    .filter((step) => step !== '');
  const found = await walk(start, steps);
  return [...new Set(found)].toSorted();
}

async function walk(folder: string, steps: readonly string[]): Promise<string[]> {
  const [step, ...rest] = steps;
  if (step === undefined) return [];
  if (step === '**') {
    const deeper = (await entries(folder)).filter(
      (entry) => entry.isDirectory() && !entry.name.startsWith('.'),
    );
    const below = await Promise.all(deeper.map((entry) => walk(join(folder, entry.name), steps)));
    return [...(await walk(folder, rest)), ...below.flat()];
  }
  const names = /[*?]/.test(step)
    ? (await entries(folder)).map((entry) => entry.name).filter((name) => matches(step, name))
    : [step];
  const paths = names.map((name) => join(folder, name));
  if (rest.length > 0) return (await Promise.all(paths.map((path) => walk(path, rest)))).flat();
  const files = await Promise.all(paths.map(isFile));
  return paths.filter((_, index) => files[index]);
}

/** As in a shell, hidden files are matched only by a pattern that begins with a dot. */
function matches(step: string, name: string): boolean {
  return (!name.startsWith('.') || step.startsWith('.')) && matchesGlob(step, name);
}

/** A folder that is not there, or may not be read, holds nothing. */
async function entries(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && !found.isDirectory();
}
