/**
 * npm run bench: measures the policy evaluator, an audit, planning and whole runs, and prints JSON; --only=NAME one
 * of them (PARTS). Whole runs are on the embedded cluster; with --kubeconfig FILE on that cluster,
 * the small mesh only, and --image IMAGE is the pods' image there. Beside each, right after it, the floor: the same
 * connects by bare pods.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { connect } from '../../src/cluster/connect.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';
import type { RunResult } from '../../src/model/result.ts';
import { packageFile } from '../../src/package.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import { withMesh } from './apply.ts';
import { benchAudit } from './audit.ts';
import { benchEvaluator } from './evaluator.ts';
import { type Floor, measureFloor } from './floor.ts';
import { busyCpuMs } from './machine.ts';
import { LARGE, type Mesh, SMALL, writeMesh } from './mesh.ts';
import { benchPlan } from './plan.ts';

const PARTS = ['evaluator', 'audit', 'plan', SMALL.name, LARGE.name];
const OPTIONS = {
  only: { type: 'string' },
  kubeconfig: { type: 'string' },
  image: { type: 'string' },
} as const;
const NETPROOF = fileURLToPath(packageFile('bin/netproof.js'));

interface Measured {
  readonly result: RunResult;
  /** From the command's start to its end, clean-up included. */
  readonly wallMs: number;
  readonly busyCpuMs: number;
}

async function measureRun(kubeconfig: string, scenario: string, output: string): Promise<Measured> {
  const [from, cpuFrom] = [performance.now(), busyCpuMs()];
  await new Promise<void>((resolve, reject) => {
    const argv = [
      NETPROOF,
      'run',
      scenario,
      '--exhaustive',
      '--kubeconfig',
      kubeconfig,
      '-o',
      'json',
      '--output-file',
      output,
      ...(image === undefined ? [] : ['--image', image]),
    ];
    // Without what surroundings may make every Node load at its start: NODE_OPTIONS, NODE_EXTRA_CA_CERTS.
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] };
    execFile(process.execPath, argv, { env, maxBuffer: 1e8 }, (error, _stdout, stderr) => {
      // Exit codes 1 and 4 are verdicts, told below; others mean that there is no result.
      if (error && error.code !== 1 && error.code !== 4) reject(new Error(stderr));
      else resolve();
    });
  });
  const result = JSON.parse(readFileSync(output, 'utf8')) as RunResult;
  return { result, wallMs: performance.now() - from, busyCpuMs: busyCpuMs() - cpuFrom };
}

const round = (value: number, digits = 0): number => Number(value.toFixed(digits));

function reportOf(mesh: Mesh, { result, wallMs, busyCpuMs: busy }: Measured, floor: Floor): object {
  const { summary, timings, record, resources } = result;
  const phases = Object.fromEntries(timings.map(({ phase, ms }) => [phase, round(ms)]));
  const probing = phases['probe'] ?? 0;
  return {
    bench: mesh.name,
    probes: summary.total,
    verdicts: {
      pass: summary.pass,
      fail: summary.fail,
      inconclusive: summary.inconclusive,
      flaky: summary.flaky,
    },
    wallMs: round(wallMs),
    phasesMs: phases,
    // Without the start of the probers' pods, which is the cluster's affair.
    probersAskingMs: askingMs(record.probers),
    listenersRunningToJudgedMs: probing + (phases['judge'] ?? 0),
    probesPerSecond: round(summary.total / (probing / 1000)),
    orchestrator: {
      cpuMs: round(resources.cpuMs),
      shareOfCpuUsed: round(resources.cpuMs / busy, 3),
      maxRssMb: round(resources.maxRss / 1e6),
    },
    probers: {
      cpuMs: round(record.probers.reduce((sum, { cpuMs }) => sum + cpuMs, 0)),
      maxRssMb: round(Math.max(...record.probers.map(({ maxRss }) => maxRss)) / 1e6),
      slowedForStarvation: record.probers.reduce((sum, { slowed }) => sum + slowed.starved, 0),
    },
    api: resources.api,
    floor: { ms: round(floor.ms), timesFloor: round(probing / floor.ms, 2) },
  };
}

/** From the first prober's start to the last one's end. */
function askingMs(probers: RunResult['record']['probers']): number {
  const from = Math.min(...probers.map(({ startedAt }) => startedAt));
  return round(Math.max(...probers.map(({ endedAt }) => endedAt)) - from);
}

async function bench(kubeconfig: string, mesh: Mesh, folder: string): Promise<object> {
  const scenario = writeMesh(join(folder, mesh.name), mesh);
  const measured = await measureRun(kubeconfig, scenario, join(folder, `${mesh.name}.json`));
  const floor = await floorOf(await connect({ kubeconfig }), mesh, measured.result);
  return reportOf(mesh, measured, floor);
}

function floorOf(cluster: Cluster, mesh: Mesh, result: RunResult): Promise<Floor> {
  return withMesh(cluster, mesh, result.record.runId, () =>
    measureFloor(cluster, { like: result, image, concurrency: mesh.concurrency }, busyCpuMs),
  );
}

const { only, kubeconfig: given, image } = parseArgs({ options: OPTIONS }).values;
if (only !== undefined && !PARTS.includes(only))
  throw new Error(`there is no bench ${only}: ${PARTS.join(', ')}`);
const folder = mkdtempSync(join(tmpdir(), 'netproof-bench-'));
try {
  if (given !== undefined) console.log(JSON.stringify(await bench(given, SMALL, folder), null, 2));
  else {
    if (only === undefined || only === 'evaluator') console.log(JSON.stringify(benchEvaluator(), null, 2));
    if (only === undefined || only === 'audit') {
      const sandbox = await startSandbox({ nodes: ['worker-1'] });
      try {
        console.log(JSON.stringify(await benchAudit(sandbox.kubeconfigPath, folder), null, 2));
      } finally {
        await sandbox.close();
      }
    }
    if (only === undefined || only === 'plan') {
      console.log(JSON.stringify(await benchPlan(NETPROOF, folder), null, 2));
    }
    for (const mesh of [SMALL, LARGE].filter(({ name }) => only === undefined || only === name)) {
      const sandbox = await startSandbox({});
      try {
        console.log(JSON.stringify(await bench(sandbox.kubeconfigPath, mesh, folder), null, 2));
      } finally {
        await sandbox.close();
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
