/** The passive part of an audit over a large cluster: reading it page by page, and examining it. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import type { Cluster, Kind, Kinds } from '../../src/cluster/cluster.ts';
import { connect } from '../../src/cluster/connect.ts';
import type { AuditResult } from '../../src/model/audit.ts';
import { packageFile } from '../../src/package.ts';

const NETPROOF = fileURLToPath(packageFile('bin/netproof.js'));

const NAMESPACES = 500;
const PODS_EACH = 20;
const POLICIES_EACH = 4;
const APPS = 5;

const AT_ONCE = 16;

export async function benchAudit(kubeconfig: string, folder: string): Promise<object> {
  const from = performance.now();
  await fill(await connect({ kubeconfig }));
  const fillMs = performance.now() - from;
  const output = join(folder, 'audit.json');
  const { wallMs, cpuMs, peakBytes } = await measure([
    'audit',
    '--passive',
    '--kubeconfig',
    kubeconfig,
    '-o',
    'json',
    '--output-file',
    output,
  ]);
  const { summary, checks } = JSON.parse(readFileSync(output, 'utf8')) as AuditResult;
  return {
    bench: 'audit',
    namespaces: NAMESPACES,
    pods: NAMESPACES * PODS_EACH,
    policies: NAMESPACES * POLICIES_EACH,
    fillMs: Math.round(fillMs),
    wallMs: Math.round(wallMs),
    cpuMs,
    maxRssMb: Math.round(peakBytes / 1e6),
    findings: summary.findings,
    checks: Object.fromEntries(checks.map(({ id, result }) => [id, result])),
  };
}

async function fill(cluster: Cluster): Promise<void> {
  const limit = pLimit(AT_ONCE);
  const names = Array.from({ length: NAMESPACES }, (_, i) => `team-${i}`);
  const create = <K extends Kind>(kind: K, object: object) =>
    limit(() => cluster.create(kind, object as Kinds[K]));
  await Promise.all(names.map((name) => create('Namespace', { metadata: { name } })));
  await Promise.all(names.flatMap((name) => policiesIn(name).map((each) => create('NetworkPolicy', each))));
  await Promise.all(
    names.flatMap((name) => Array.from({ length: PODS_EACH }, (_, i) => create('Pod', podOf(name, i)))),
  );
}

/** For a scheduler that is not there: the API has them, and no machine has to run ten thousand pods. */
function podOf(namespace: string, index: number): object {
  const app = `app-${index % APPS}`;
  return {
    metadata: { name: `${app}-${index}`, namespace, labels: { app, tier: `tier-${index % 3}` } },
    spec: {
      schedulerName: 'nobody',
      containers: [{ name: 'main', image: 'app:1', ports: [{ name: 'http', containerPort: 8080 }] }],
    },
  };
}

function policiesIn(namespace: string): object[] {
  const policy = (name: string, spec: object): object => ({ metadata: { name, namespace }, spec });
  const app = (index: number): object => ({ matchLabels: { app: `app-${index}` } });
  return [
    policy('default-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }),
    ...Array.from({ length: POLICIES_EACH - 1 }, (_, i) =>
      policy(`app-${i}`, {
        podSelector: app(i),
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ from: [{ podSelector: app(i + 1) }], ports: [{ port: 'http' }] }],
        egress: [
          {
            to: [
              {
                namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': `team-${i}` } },
                podSelector: app(i),
              },
            ],
            ports: [{ port: 8080 }],
          },
        ],
      }),
    ),
  ];
}

interface Measured {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
}

/** Of the whole command: wall time, CPU time, and the most memory that it held (proc(5)). */
function measure(args: readonly string[]): Promise<Measured> {
  const from = performance.now();
  const child = spawn(process.execPath, [NETPROOF, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  let [peakBytes, cpuMs] = [0, 0];
  const look = setInterval(() => {
    peakBytes = Math.max(peakBytes, peakOf(child.pid));
    cpuMs = Math.max(cpuMs, cpuOf(child.pid));
  }, 20);
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      clearInterval(look);
      // 1 and 4 are results; others mean that there is none.
      if (code === null || ![0, 1, 4].includes(code)) reject(new Error(said));
      else resolve({ wallMs: performance.now() - from, cpuMs, peakBytes });
    });
  });
}

function peakOf(pid: number | undefined): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+)/m.exec(procFile(pid, 'status')) ?? [];
  return Number(kilobytes ?? 0) * 1024;
}

/** User and system time are the 14th and 15th field, in hundredths of a second; the second may hold spaces. */
function cpuOf(pid: number | undefined): number {
  const fields = procFile(pid, 'stat').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10;
}

/** Empty when the process has just ended. */
function procFile(pid: number | undefined, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
