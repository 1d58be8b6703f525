/** One misbehaving cluster: a preflight and a run of the built program on it. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { PreflightResult } from '../../src/model/result.ts';
import { packageFile } from '../../src/package.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/start.ts';
import type { Mutation } from './expected.ts';
import { faultsOf } from './score.ts';

const NETPROOF = fileURLToPath(packageFile('bin/netproof.js'));
const SCENARIO = fileURLToPath(packageFile('test/mutation/scenario/scenario.yaml'));

export interface Tried {
  readonly cni: string;
  readonly defect: boolean;
  /** What is wrong with the preflight's answer, and with the run's. */
  readonly faults: readonly string[];
  readonly findings: readonly string[];
  readonly preflightMs: number;
  readonly runExit: number | undefined;
}

export async function tryOn(mutation: Mutation): Promise<Tried> {
  const sandbox = await startSandbox({ cni: mutation.cni });
  try {
    if (mutation.restart !== undefined) await sandbox.restartAgent(mutation.restart);
    const tried = await tryPreflight(mutation, sandbox);
    const { code, stderr } = await netproof(['run', SCENARIO, '--exhaustive', '-o', 'json'], sandbox);
    const right = mutation.run.includes(code);
    const fault = `the run ended with ${code}, not ${mutation.run.join(' or ')}: ${lastLine(stderr)}`;
    return { ...tried, runExit: code, faults: [...tried.faults, ...(right ? [] : [fault])] };
  } finally {
    await sandbox.close();
  }
}

export async function tryPreflight(mutation: Mutation, sandbox: Sandbox): Promise<Tried> {
  const { cni, defect } = mutation;
  const from = performance.now();
  const { stdout, stderr, code } = await netproof(['preflight', '-o', 'json'], sandbox);
  const preflightMs = Math.round(performance.now() - from);
  const tried = { cni, defect, preflightMs, runExit: undefined };
  if (stdout === '')
    return { ...tried, findings: [], faults: [`the preflight ended with ${code}: ${lastLine(stderr)}`] };
  const result = JSON.parse(stdout) as PreflightResult;
  return { ...tried, findings: result.record.capabilities.findings, faults: faultsOf(mutation, result) };
}

const lastLine = (text: string): string =>
  text
    .trimEnd()
    .split('\n')
    .find((line) => line.startsWith('netproof:')) ?? '';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function netproof(args: readonly string[], { kubeconfigPath }: Sandbox): Promise<Ended> {
  const argv = [NETPROOF, ...args, '--kubeconfig', kubeconfigPath];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, argv, { maxBuffer: 1e8 }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
