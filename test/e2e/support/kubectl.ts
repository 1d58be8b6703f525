/** The cluster as its users see it: by kubectl. */
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { RUN_LABEL } from '../../../src/model/labels.ts';
import { KUBECONFIG, PATH } from './place.ts';

const LIMIT_MS = 120_000;

/** stdout; rejects with stderr. */
export function kubectl(args: readonly string[], input = ''): Promise<string> {
  const child = spawn('kubectl', args, {
    env: { ...process.env, PATH, KUBECONFIG },
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(text.stdout);
      else reject(new Error(`kubectl ${args.join(' ')}: ${text.stderr}`));
    });
  });
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly uid?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

export async function apply(...items: readonly Manifest[]): Promise<void> {
  await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
}

/** @param args kinds, flags */
export async function list(...args: readonly string[]): Promise<readonly Manifest[]> {
  return (JSON.parse(await kubectl(['get', ...args, '-o', 'json'])) as { items: Manifest[] }).items;
}

/**
 * Cilium keeps an object of its own per set of labels that pods ever had, and collects those out of use itself,
 * a quarter of an hour later (cilium-operator, --identity-gc-interval).
 */
const COLLECTED_LATER = ['ciliumidentities.cilium.io'];

/** Everything of every kind that can be listed and carries the run label. */
export async function leftovers(): Promise<readonly string[]> {
  const all = await kubectl(['api-resources', '--verbs=list', '-o', 'name', '--cached']);
  const kinds = all
    .trim()
    .split('\n')
    .filter((kind) => !COLLECTED_LATER.includes(kind));
  const found = await kubectl(['get', kinds.join(), '-A', '-l', RUN_LABEL, '-o', 'name']);
  return found.split('\n').filter((line) => line !== '');
}

/** Resolves once nothing is left of any run: the API server empties namespaces in the background. */
export async function nothingLeft(): Promise<void> {
  await eventually(leftovers, ({ length }) => length === 0);
}

/** Asks until the answer is as wanted; rejects with the last answer after a minute. */
export async function eventually<T>(
  ask: () => Promise<T>,
  wanted: (value: T) => boolean,
  limitMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const value = await ask();
    if (wanted(value)) return value;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(value).slice(0, 2000)}`);
    await delay(200);
  }
}
