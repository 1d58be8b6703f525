/** A whole embedded cluster for a test file, with kubectl and the client library pointed at it. */
import { spawn, spawnSync } from 'node:child_process';
import {
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  type KubernetesObject,
  NetworkingV1Api,
  type V1Pod,
  type V1PodSpec,
} from '@kubernetes/client-node';
import type { Sandbox, SandboxRequest } from '../../src/sandbox/start.ts';
import { untilFurnished } from '../support/furnished.ts';
import { eventually } from '../support/until.ts';

/** The daemon is a program of its own, so the tests run what `npm run build` made. */
const BUILT = '../../dist/src/sandbox/start.js';

export const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the lab needs of a running sandbox. */
export type Running = Pick<Sandbox, 'server' | 'kubeconfig' | 'kubeconfigPath' | 'close'>;

export class ApiLab {
  readonly sandbox: Running;
  readonly config = new KubeConfig();
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly networking: NetworkingV1Api;

  constructor(sandbox: Running) {
    this.sandbox = sandbox;
    this.config.loadFromString(sandbox.kubeconfig);
    this.core = this.config.makeApiClient(CoreV1Api);
    this.apps = this.config.makeApiClient(AppsV1Api);
    this.networking = this.config.makeApiClient(NetworkingV1Api);
  }

  static async open(request: SandboxRequest = {}): Promise<ApiLab> {
    const { startSandbox } = (await import(BUILT)) as typeof import('../../src/sandbox/start.ts');
    return new ApiLab(await startSandbox(request));
  }

  close(): Promise<void> {
    return this.sandbox.close();
  }

  /** Starts kubectl; `signal` ends it. */
  kubectl(args: readonly string[], input?: string, signal?: AbortSignal): Promise<Ran> {
    const child = spawn('kubectl', args, {
      env: { PATH: process.env['PATH'], HOME: '/nonexistent', KUBECONFIG: this.sandbox.kubeconfigPath },
      ...(signal ? { signal } : {}),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.end(input ?? '');
    child.on('error', () => undefined);
    return new Promise((resolve) => {
      child.on('close', (code) => resolve({ code, stdout, stderr }));
    });
  }

  /** Creates a namespace of its own for a test. */
  async namespace(name: string, labels: Record<string, string> = {}): Promise<string> {
    await this.core.createNamespace({ body: { metadata: { name, labels } } });
    await untilFurnished(this.core, name);
    return name;
  }

  async pod(
    namespace: string,
    name: string,
    spec: V1PodSpec,
    labels: Record<string, string> = {},
  ): Promise<V1Pod> {
    return this.core.createNamespacedPod({ namespace, body: { metadata: { name, labels }, spec } });
  }

  /** The pod once it meets the condition. */
  podWhen(namespace: string, name: string, condition: (pod: V1Pod) => boolean): Promise<V1Pod> {
    return eventually(() => this.core.readNamespacedPod({ namespace, name }), condition);
  }

  log(namespace: string, name: string): Promise<string> {
    return this.core.readNamespacedPodLog({ namespace, name });
  }
}

/** As an object, not an instance of the library's class. */
type PodSpec = Pick<V1PodSpec, keyof V1PodSpec>;

/** A container that runs this script on Node. */
export const script = (code: string, more: Partial<V1PodSpec['containers'][number]> = {}): PodSpec => ({
  restartPolicy: 'Never',
  terminationGracePeriodSeconds: 0,
  containers: [{ name: 'main', image: 'node:20', command: ['node', '-e', code], ...more }],
});

export const phase = (wanted: string) => (pod: V1Pod) => pod.status?.phase === wanted;

export const named = (list: { readonly items: readonly KubernetesObject[] }): string[] =>
  list.items.map((one) => one.metadata?.name ?? '');

/** What the API refused, as far as a test looks at it. */
export async function refused(
  work: Promise<unknown>,
): Promise<{ readonly code: number; readonly message: string }> {
  try {
    await work;
  } catch (error) {
    const { code, body } = error as { readonly code?: number; readonly body?: string };
    if (code === undefined || body === undefined) throw error;
    return { code, message: (JSON.parse(body) as { readonly message: string }).message };
  }
  throw new Error('nothing was refused');
}
