/** A network of its own, without any API, and pods in it that listen and dial as the test says. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { V1NetworkPolicy } from '../../src/cluster/types.ts';
import { checkHost } from '../../src/sandbox/host.ts';
import type {
  Attachment,
  ForwardingPod,
  ForwardingService,
  ForwardingState,
  NodeNetwork,
} from '../../src/sandbox/network/network.ts';

const INSIDE = fileURLToPath(new URL('./network-inside.js', import.meta.url));
/** A denied connection costs a test this long; an allowed one is there in a millisecond. */
const DIAL_MS = 1_000;

export interface Dialled {
  readonly outcome: string;
  readonly text: string;
}

export interface PodSpec {
  readonly namespace?: string;
  readonly name: string;
  readonly node?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly ports?: ForwardingPod['ports'];
  /** `tcp/8080`, … */
  readonly listen?: readonly string[];
}

export class Lab {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  readonly #ended: Promise<unknown>;
  #lastId = 0;
  readonly pods = new Map<string, ForwardingPod & Attachment>();
  namespaces: ForwardingState['namespaces'] = [];
  policies: readonly V1NetworkPolicy[] = [];
  services: readonly ForwardingService[] = [];
  nodes: readonly NodeNetwork[] = [];
  dns: { readonly node: string; readonly ip: string } = { node: '', ip: '' };

  private constructor(commandLine: readonly string[]) {
    const [command = '', ...args] = commandLine;
    this.#child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', (message) => {
      const { id, value, error } = message as { id: number; value?: unknown; error?: string };
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(value);
      else waiting?.reject(new Error(error));
    });
    this.#ended = new Promise((resolve) => {
      this.#child.on('exit', resolve);
    });
  }

  static async open(
    behaviour = 'healthy',
    nodes: readonly string[] = ['worker-1', 'worker-2'],
  ): Promise<Lab> {
    const enclose = await checkHost();
    const lab = new Lab(enclose([process.execPath, INSIDE]));
    const opened = (await lab.call('open', nodes, behaviour)) as Pick<Lab, 'nodes' | 'dns'>;
    lab.nodes = opened.nodes;
    lab.dns = opened.dns;
    return lab;
  }

  call(call: string, ...args: readonly unknown[]): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, call, args });
    });
  }

  /** Attaches a pod, starts its process and its listeners; policies know it from the next `program` on. */
  async add(spec: PodSpec): Promise<ForwardingPod & Attachment> {
    const { namespace = 'default', name, node = 'worker-1', labels = {}, ports = [], listen = [] } = spec;
    const uid = `${namespace}-${name}`;
    const attachment = (await this.call('attach', uid, node)) as Attachment;
    const pod = { namespace, name, uid, node, labels, ports, ...attachment };
    await this.call('peer', name, pod.netns);
    await Promise.all(
      listen.map((endpoint) => {
        const [protocol, port] = endpoint.split('/');
        return this.call('order', name, 'listen', { protocol, port: Number(port), name });
      }),
    );
    this.pods.set(name, pod);
    return pod;
  }

  get state(): ForwardingState {
    const pods = [...this.pods.values()];
    return { namespaces: this.namespaces, pods, policies: this.policies, services: this.services };
  }

  async program(policies: readonly V1NetworkPolicy[] = this.policies): Promise<void> {
    this.policies = policies;
    await this.call('program', this.state);
  }

  ip(name: string): string {
    return this.pods.get(name)?.ip ?? name;
  }

  /** From that pod to a pod's name or an address: `tcp/8080` there. */
  async dial(from: string, to: string, endpoint: string, timeoutMs = DIAL_MS): Promise<Dialled> {
    const [protocol, port] = endpoint.split('/');
    const order = { protocol, host: this.ip(to), port: Number(port), timeoutMs };
    return (await this.call('order', from, 'dial', order)) as Dialled;
  }

  /** Outcomes of `from -> to endpoint` lines, all dialled at once. */
  async outcomes(lines: readonly string[]): Promise<Record<string, string>> {
    const dialled = lines.map(async (line) => {
      const [from = '', , to = '', endpoint = ''] = line.split(' ');
      return [line, (await this.dial(from, to, endpoint)).outcome] as const;
    });
    return Object.fromEntries(await Promise.all(dialled));
  }

  async close(): Promise<void> {
    this.#child.disconnect();
    await this.#ended;
  }
}

export function policy(
  name: string,
  spec: NonNullable<V1NetworkPolicy['spec']>,
  namespace = 'default',
): V1NetworkPolicy {
  return { metadata: { name, namespace }, spec };
}
