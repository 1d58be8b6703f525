/** One embedded cluster for a test file, and whole runs of the built program on it; `npm run build` comes before. */
import { expect } from '@jest/globals';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { mkdtempSync, rmSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CoreV1Api, KubeConfig, type KubernetesObject, type V1Pod } from '@kubernetes/client-node';
import { ANNOTATION, RUN_LABEL } from '../../src/model/labels.ts';
import type { Capabilities } from '../../src/model/capabilities.ts';
import type { RunResult } from '../../src/model/result.ts';
import type { Sandbox, SandboxRequest } from '../../src/sandbox/start.ts';
import { diagnose } from '../../src/verdict/diagnosis.ts';
import { judge } from '../../src/verdict/judge.ts';
import { pairsOf } from '../../src/verdict/pairs.ts';
import { type Ended, type Running, start } from './netproof.ts';
import { untilFurnished } from './furnished.ts';
import { eventually } from './until.ts';

/** The daemon is a program of its own, so the tests run what the build made. */
const BUILT = '../../dist/src/sandbox/start.js';
/** Whole runs with their pods: seconds, but many on a busy machine. */
export const RUN_MS = 120_000;

/** A scenario in the words of docs/scenario.md; `apiVersion` and the like are added. */
export interface Written {
  readonly namespaces: Readonly<Record<string, object>>;
  readonly workloads: Readonly<Record<string, object>>;
  readonly targets?: Readonly<Record<string, object>>;
  readonly zones?: Readonly<Record<string, readonly string[]>>;
  /** NetworkPolicies, written to a file beside the scenario. */
  readonly policies?: readonly Policy[];
  readonly expect: { readonly default: 'allow' | 'deny'; readonly rules?: readonly object[] };
  readonly attempt?: object;
  readonly pods?: object;
}

/** An object as the API has it. */
export interface Item {
  readonly metadata: NonNullable<KubernetesObject['metadata']>;
  readonly [field: string]: unknown;
}

export interface Policy {
  readonly name: string;
  readonly namespace: string;
  readonly spec: object;
}

export interface Proved extends Ended {
  readonly result: RunResult;
}

export class Lab {
  readonly sandbox: Sandbox;
  readonly core: CoreV1Api;
  readonly #config = new KubeConfig();
  readonly #folder = mkdtempSync(join(tmpdir(), 'netproof-test-'));
  #scenarios = 0;

  private constructor(sandbox: Sandbox) {
    this.#config.loadFromString(sandbox.kubeconfig);
    this.sandbox = sandbox;
    this.core = this.#config.makeApiClient(CoreV1Api);
  }

  static async open(request: SandboxRequest = {}): Promise<Lab> {
    const { startSandbox } = (await import(BUILT)) as typeof import('../../src/sandbox/start.ts');
    return new Lab(await startSandbox(request));
  }

  async close(): Promise<void> {
    rmSync(this.#folder, { recursive: true });
    await this.sandbox.close();
  }

  /** Writes a scenario file in a folder of its own; its path. */
  async write({ policies = [], ...rest }: Written): Promise<string> {
    const folder = join(this.#folder, String((this.#scenarios += 1)));
    const manifests = policies.map(({ name, namespace, spec }) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name, namespace },
      spec,
    }));
    const scenario = {
      apiVersion: 'netproof/v1',
      kind: 'Scenario',
      metadata: { name: 'test' },
      ...rest,
      ...(policies.length > 0 ? { policies: ['policies.yaml'] } : {}),
    };
    // JSON is YAML.
    return writeAll(folder, 'scenario.yaml', {
      'scenario.yaml': JSON.stringify(scenario, undefined, 1),
      ...(policies.length > 0
        ? { 'policies.yaml': JSON.stringify({ kind: 'List', apiVersion: 'v1', items: manifests }) }
        : {}),
    });
  }

  /** Starts `netproof run` with JSON on stdout. */
  async start(
    scenario: Written | string,
    args: readonly string[] = [],
    kubeconfig?: string,
  ): Promise<Running> {
    const file = typeof scenario === 'string' ? scenario : await this.write(scenario);
    return start(['run', file, '-o', 'json', ...args], {
      KUBECONFIG: kubeconfig ?? this.sandbox.kubeconfigPath,
    });
  }

  /** A whole run, its result judged again. */
  prove(scenario: Written | string, args: readonly string[] = []): Promise<Proved> {
    return unlessStarved(async () => (await this.start(scenario, args)).ended);
  }

  /** A run that comes to no result. */
  async refuse(scenario: Written | string, args: readonly string[] = []): Promise<Ended> {
    const ended = await (await this.start(scenario, args)).ended;
    expect(ended.stdout).toBe('');
    return ended;
  }

  /** Creates an object as it is written; the client library would leave out what it does not know. */
  async create(object: Item & { readonly apiVersion: string; readonly kind: string }): Promise<void> {
    const { kind, apiVersion, metadata } = object;
    await this.#send('POST', collection(apiVersion, kind, metadata.namespace), object);
  }

  async list(apiVersion: string, kind: string, namespace?: string): Promise<readonly Item[]> {
    const { items } = (await this.#send('GET', collection(apiVersion, kind, namespace))) as { items: Item[] };
    return items;
  }

  async #send(method: string, path: string, body?: object): Promise<unknown> {
    const options = { method, agent: false, headers: { 'content-type': 'application/json' } } as const;
    await this.#config.applyToHTTPSOptions(options);
    const asked = request(`${this.sandbox.server}${path}`, options);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    const text = (await response.toArray()).join('');
    if ((response.statusCode ?? 0) >= 300) throw new Error(`${method} ${path}: ${text}`);
    return JSON.parse(text);
  }

  async namespace(name: string, labels: Record<string, string> = {}): Promise<string> {
    await this.core.createNamespace({ body: { metadata: { name, labels } } });
    await untilFurnished(this.core, name);
    return name;
  }

  /** A pod of somebody else's, once it is ready: `node -e code`. */
  async pod(namespace: string, name: string, labels: Record<string, string>, code: string): Promise<V1Pod> {
    const container = { name: 'main', image: 'node:22', command: ['node', '-e', code] };
    await this.core.createNamespacedPod({
      namespace,
      body: {
        metadata: { name, labels },
        spec: { terminationGracePeriodSeconds: 0, containers: [container] },
      },
    });
    return eventually(
      () => this.core.readNamespacedPod({ namespace, name }),
      ({ status }) =>
        status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true,
    );
  }

  /** The launched pod of that workload and role, as soon as it runs. */
  async launched(workload: string, role: 'listener' | 'prober', runId?: string): Promise<V1Pod> {
    const labelSelector = runId === undefined ? RUN_LABEL : `${RUN_LABEL}=${runId}`;
    const pods = await eventually(
      async () => {
        const { items } = await this.core.listPodForAllNamespaces({ labelSelector });
        return items.filter(
          ({ metadata, status }) =>
            metadata?.annotations?.[ANNOTATION.workload] === workload &&
            metadata.annotations[ANNOTATION.role] === role &&
            status?.containerStatuses?.[0]?.state?.running !== undefined,
        );
      },
      ({ length }) => length > 0,
    );
    return pods[0] as V1Pod;
  }

  /** Resolves when the pod's agent has begun its work. */
  async spoke({ metadata }: V1Pod): Promise<void> {
    const { name = '', namespace = '' } = metadata ?? {};
    await eventually(
      () => this.core.readNamespacedPodLog({ name, namespace }),
      (log) => log.includes('"kind":"started"'),
    );
  }

  /** Resolves when the pod's containers have ended. */
  async ended(name: string, namespace: string): Promise<void> {
    await eventually(
      () => this.core.readNamespacedPodStatus({ name, namespace }),
      ({ status }) => status?.phase === 'Succeeded' || status?.phase === 'Failed',
    );
  }

  /** Kills a launched pod's process from outside, as a crash or an OOM kill would end it. */
  async kill({ metadata }: V1Pod): Promise<void> {
    process.kill(await processOf(metadata?.name ?? ''), 'SIGKILL');
  }

  /** Stops its process for so long. */
  async freeze({ metadata }: V1Pod, ms: number): Promise<void> {
    const pid = await processOf(metadata?.name ?? '');
    process.kill(pid, 'SIGSTOP');
    await delay(ms);
    process.kill(pid, 'SIGCONT');
  }

  /** Runs a command in the pod's network namespace. */
  async inNetworkOf({ metadata }: V1Pod, command: readonly string[]): Promise<void> {
    const pid = String(await processOf(metadata?.name ?? ''));
    await promisify(execFile)('nsenter', ['-t', pid, '--net', '--', ...command]);
  }

  /** A command line that runs in the network of a node of this sandbox. */
  async inNode(node: string, command: readonly string[]): Promise<readonly [string, readonly string[]]> {
    const pid = String(await daemonOf(process.pid));
    return ['nsenter', ['-t', pid, '--mount', 'ip', 'netns', 'exec', `node-${node}`, ...command]];
  }

  async remove({ metadata }: V1Pod): Promise<void> {
    const { name = '', namespace = '' } = metadata ?? {};
    await this.core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 });
  }

  /** Every object of the kinds that a user sees, by kind, namespace and name; without what changes by itself. */
  async everything(): Promise<ReadonlyMap<string, Item>> {
    const lists = await Promise.all(
      KINDS.map(async ([apiVersion, kind]) => {
        const items = await this.list(apiVersion, kind);
        return items.map((item): [string, Item] => [
          `${kind} ${item.metadata.namespace ?? ''}/${item.metadata.name}`,
          item,
        ]);
      }),
    );
    return new Map(lists.flat());
  }

  /** Resolves once the cluster holds exactly these objects again, unchanged. */
  async unchanged(before: ReadonlyMap<string, Item>): Promise<void> {
    const text = (objects: ReadonlyMap<string, Item>): string =>
      [...objects]
        .map(([key, object]) => `${key} ${JSON.stringify(steady(key, object))}`)
        .toSorted()
        .join('\n');
    const wanted = text(before);
    // The API server empties namespaces in the background.
    const now = await eventually(
      () => this.everything(),
      (found) => text(found) === wanted,
    ).catch(() => this.everything());
    expect(text(now)).toEqual(wanted);
  }
}

/** The agent's process by the host name in its environment: not those that set its namespaces up before it. */
async function processOf(pod: string): Promise<number> {
  const found = await eventually(
    async () => {
      const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
      const ours = await Promise.all(pids.map((pid) => isAgentOf(pod, pid)));
      return pids.filter((_, index) => ours[index]);
    },
    ({ length }) => length > 0,
  );
  return Number(found[0]);
}

/** The sandbox's daemon that descends from this process. */
async function daemonOf(ancestor: number): Promise<number> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
    if (!/^\S*node\0\S*sandbox\/daemon\.js/.test(command)) continue;
    if ((await ancestorsOf(pid)).includes(ancestor)) return Number(pid);
  }
  throw new Error('no daemon');
}

async function ancestorsOf(pid: string): Promise<readonly number[]> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
  const parent = /^PPid:\t(\d+)$/m.exec(status)?.[1] ?? '0';
  return parent === '0' ? [] : [Number(parent), ...(await ancestorsOf(parent))];
}

async function isAgentOf(pod: string, pid: string): Promise<boolean> {
  const [environment = '', command = ''] = await Promise.all(
    ['environ', 'cmdline'].map((file) => readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '')),
  );
  return environment.split('\0').includes(`HOSTNAME=${pod}`) && /^\S*node\0/.test(command);
}

/** Controllers write endpoints anew for every pod that comes and goes, not ready though it is. */
function steady(key: string, object: Item): Item {
  if (!key.startsWith('Endpoint')) return object;
  const { resourceVersion: _changes, ...metadata } = object.metadata;
  return { ...object, metadata };
}

const PLURALS: Readonly<Record<string, string>> = {
  NetworkPolicy: 'networkpolicies',
  Endpoints: 'endpoints',
};

function collection(apiVersion: string, kind: string, namespace?: string): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${root}${scope}/${PLURALS[kind] ?? `${kind.toLowerCase()}s`}`;
}

/** What a run could touch. Not nodes, leases, events and quotas, which change by themselves. */
const KINDS: readonly (readonly [string, string])[] = [
  ['v1', 'Namespace'],
  ['v1', 'Pod'],
  ['v1', 'Service'],
  ['v1', 'Endpoints'],
  ['v1', 'ConfigMap'],
  ['v1', 'Secret'],
  ['v1', 'ServiceAccount'],
  ['discovery.k8s.io/v1', 'EndpointSlice'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'ReplicaSet'],
  ['apps/v1', 'DaemonSet'],
  ['policy/v1', 'PodDisruptionBudget'],
];

/**
 * A run in which the machine was too busy to tell (`starved`) is made again: the tool says so rightly, but of what
 * is tested here it says nothing.
 */
export async function unlessStarved(run: () => Promise<Ended>): Promise<Proved> {
  for (let tries = 1; ; tries += 1) {
    const ended = await run();
    if (tries < 3 && isUnshown(ended)) continue;
    const proved = proofOf(ended);
    const { verdicts, record } = proved.result;
    const told = verdicts.every(({ cause }) => cause !== 'starved') && !couldNotTell(record.capabilities);
    if (tries === 3 || told) return proved;
  }
}

const isUnshown = ({ stdout, stderr }: Ended): boolean =>
  stdout === '' && stderr.includes('it could not be shown that this cluster enforces');

/** The canary's pods did not get the CPU. */
export function couldNotTell({ proofs }: Capabilities): boolean {
  return proofs.some(
    ({ proof, because }) => proof === 'unknown' && /not awake|nothing about it|not told/.test(because),
  );
}

/** The result of a run that came to one; judged again from what was written, the verdicts are the same. */
export function proofOf(ended: Ended): Proved {
  if (ended.stdout === '') throw new Error(`no result, exit code ${ended.code}: ${ended.stderr}`);
  const result = JSON.parse(ended.stdout) as RunResult;
  expect(diagnose(result.record, judge(result.record))).toEqual(result.verdicts);
  expect(result.summary.exitCode).toBe(ended.code);
  return { ...ended, result };
}

/** `source -> endpoint` to the verdict's cause; `causes` has several where an endpoint has several addresses. */
export function table({ result }: Proved): Readonly<Record<string, string>> {
  const cells = new Map<string, Set<string>>();
  for (const {
    probe: { source, endpoint },
    verdict: { cause },
  } of pairsOf(result)) {
    const key = `${source} -> ${endpoint}`;
    cells.set(key, (cells.get(key) ?? new Set()).add(cause));
  }
  return Object.fromEntries([...cells].map(([key, causes]) => [key, [...causes].toSorted().join(' ')]));
}

async function writeAll(
  folder: string,
  first: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  return join(folder, first);
}
