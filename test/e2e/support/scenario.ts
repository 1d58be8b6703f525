/** Scenarios as values, written to files as a user would have them, and runs of them. */
import { afterAll } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Running, start } from '../../support/netproof.ts';
import { proofOf, type Proved, type Written } from '../../support/sandbox-run.ts';
import { IMAGE, KUBECONFIG } from './place.ts';

export { proofOf, table } from '../../support/sandbox-run.ts';
export type { Proved, Written } from '../../support/sandbox-run.ts';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** A new path for a file that is gone when the tests are. */
export function newFile(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'netproof-e2e-'));
  folders.push(folder);
  return join(folder, name);
}

export function writeScenario({ policies = [], ...rest }: Written): string {
  const file = newFile('scenario.yaml');
  const items = policies.map(({ name, namespace, spec }) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace },
    spec,
  }));
  writeFileSync(join(file, '../policies.yaml'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const head = { apiVersion: 'netproof/v1', kind: 'Scenario', metadata: { name: 'e2e' } };
  const scenario = { ...head, ...rest, ...(items.length > 0 && { policies: ['policies.yaml'] }) };
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(scenario, undefined, 1));
  return file;
}

export interface Wish {
  readonly kubeconfig?: string;
  readonly args?: readonly string[];
  /** Absent: the cluster's. */
  readonly image?: string | undefined;
}

/** Starts `netproof run` with JSON on stdout. */
export function startRun(
  file: string,
  { kubeconfig = KUBECONFIG, args = [], image = IMAGE }: Wish = {},
): Running {
  const imageArgs = image === undefined ? [] : ['--image', image];
  return start(['run', file, '-o', 'json', ...imageArgs, ...args], { KUBECONFIG: kubeconfig });
}

/**
 * A run that comes to a result. One in which the machine was too busy to tell (`starved`) is made again: the tool
 * says so rightly, but of what is tested here it says nothing.
 */
export async function prove(file: string, wish: Wish = {}): Promise<Proved> {
  for (let tries = 1; ; tries += 1) {
    const proved = proofOf(await startRun(file, wish).ended);
    const starved = proved.result.verdicts.some(({ cause }) => cause === 'starved');
    if (tries === 3 || !starved) return proved;
  }
}
