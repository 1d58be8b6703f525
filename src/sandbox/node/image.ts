/**
 * "Images": the sandbox runs the machine's own programs. An image's name decides only what runs when the pod
 * gives no command, and whether the image "exists": a name with `does-not-exist` never can be pulled.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { V1Container } from '@kubernetes/client-node';
import type { Wire } from '../api/object.ts';
import { expand } from './expand.ts';

export const pullable = (image: string): boolean => !image.includes('does-not-exist');

/** Entry points of the images whose programs are on every machine that runs netproof. */
const ENTRYPOINTS: Readonly<Record<string, readonly string[]>> = {
  node: ['node'],
  pause: ['sleep', 'infinity'],
  busybox: ['sh'],
  alpine: ['sh'],
  debian: ['sh'],
};

const baseName = (image: string): string =>
  image
    .replace(/@.*$/, '')
    .replace(/:[^/:]*$/, '')
    .split('/')
    .at(-1) ?? '';

/** The program can't be run: what the runtime's StartError says. */
export class StartError extends Error {}

/** Command and arguments with their variables; throws StartError if there is nothing to run. */
export function commandLine(
  container: Wire<V1Container>,
  environment: Readonly<Record<string, string>>,
): readonly [string, ...string[]] {
  const value = (name: string): string | undefined =>
    Object.hasOwn(environment, name) ? environment[name] : undefined;
  const expanded = (parts: readonly string[] | undefined): string[] =>
    (parts ?? []).map((part) => expand(part, value));
  const given = expanded(container.command);
  const entry = given.length > 0 ? given : (ENTRYPOINTS[baseName(container.image ?? '')] ?? []);
  const [program, ...rest] = [...entry, ...expanded(container.args)];
  if (entry.length === 0 || program === undefined)
    throw new StartError(
      `the sandbox runs this machine's own programs and knows no entry point for image ${JSON.stringify(container.image)}: give the container a command`,
    );
  return [program, ...rest];
}

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

/** Where a program is; `node` is the one that runs the sandbox. Throws StartError. */
export function findProgram(program: string, path: string, workingDir: string): string {
  if (program === 'node') return process.execPath;
  const candidates = program.includes('/')
    ? [join(program.startsWith('/') ? '/' : workingDir, program)]
    : path.split(delimiter).map((folder) => join(folder, program));
  const found = candidates.find(isProgram);
  if (found) return found;
  throw new StartError(
    program.includes('/')
      ? `exec: "${program}": stat ${program}: no such file or directory`
      : `exec: "${program}": executable file not found in $PATH`,
  );
}
