/** Runs the real agent, bundled as it is for pods, as child processes on loopback. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import {
  type Line,
  ORDER_ENV,
  type ListenerOrder,
  type Order,
  type ProbeOrder,
  type ProberOrder,
  type Schedule,
} from '../../probes/wire.ts';

export type LineOf<K extends Line['kind']> = Extract<Line, { kind: K }>;

/** The agent's source as it travels inside a pod's spec. */
export async function bundleAgent(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../../probes/main.ts', import.meta.url))],
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
    target: 'node18',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

/** One running agent and its log. */
export class Agent {
  readonly child: ChildProcess;
  readonly lines: Line[] = [];
  readonly raw: string[] = [];
  stderr = '';
  /** Exit code, once the log is complete. */
  readonly ended: Promise<number | null>;
  readonly #waiting = new Set<() => void>();

  constructor(source: string, env: Readonly<Record<string, string>>) {
    this.child = spawn(process.execPath, ['-e', source], {
      env: { POD_IP: '127.0.0.1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
    if (this.child.stdout)
      createInterface(this.child.stdout).on('line', (text) => {
        this.raw.push(text);
        this.lines.push(JSON.parse(text) as Line);
        for (const look of this.#waiting) look();
      });
  }

  all<K extends Line['kind']>(kind: K): LineOf<K>[] {
    return this.lines.filter((line): line is LineOf<K> => line.kind === kind);
  }

  /** The first line of that kind that fits, now or later; rejects if the agent ends without one. */
  line<K extends Line['kind']>(kind: K, fits: (line: LineOf<K>) => boolean = () => true): Promise<LineOf<K>> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.all(kind).find(fits);
        if (!found) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
      void this.ended.then(() => reject(new Error(`ended without ${kind}: ${this.stderr}`)));
    });
  }

  /** Results in the order of the probes, once the agent has ended. */
  async results(): Promise<LineOf<'result'>[]> {
    await this.ended;
    return this.all('result').sort((a, b) => a.probe - b.probe);
  }

  seen(): string[] {
    return this.all('seen').flatMap((line) => line.nonces.map(([nonce]) => nonce));
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

/** A TCP and UDP port that nobody had a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export const fast: Schedule = {
  timeoutMs: 500,
  attempts: 3,
  stableRounds: 2,
  minSettleMs: 0,
  budgetMs: 20_000,
  roundGapMs: 50,
  concurrency: 1000,
  ratePerSecond: 2000,
};

/** Launches agents and ends them all. */
export class Agents {
  readonly #source: string;
  readonly #running: Agent[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  launch(env: Readonly<Record<string, string>>): Agent {
    const agent = new Agent(this.#source, env);
    this.#running.push(agent);
    return agent;
  }

  order(order: Order, env: Readonly<Record<string, string>> = {}): Agent {
    return this.launch({ [ORDER_ENV]: JSON.stringify(order), ...env });
  }

  async listener(serve: ListenerOrder['serve'], more: Partial<ListenerOrder> = {}): Promise<Agent> {
    const agent = this.order({
      role: 'listener',
      id: 'npl-0',
      controlPort: await freePort(),
      beatMs: 200,
      stallMs: 250,
      lifeMs: 60_000,
      serve,
      ...more,
    });
    await agent.line('listening');
    return agent;
  }

  async prober(
    probes: readonly ProbeOrder[],
    schedule: Partial<Schedule> = {},
    more: Partial<ProberOrder> = {},
    env: Readonly<Record<string, string>> = {},
  ): Promise<Agent> {
    const order: ProberOrder = {
      role: 'prober',
      id: 'npp-0',
      controlPort: await freePort(),
      beatMs: 200,
      lifeMs: 60_000,
      salt: 'salt',
      resident: false,
      probes,
      schedule: { ...fast, ...schedule },
      ...more,
    };
    return this.order(order, env);
  }

  async end(): Promise<void> {
    const running = this.#running.splice(0);
    for (const agent of running) agent.kill('SIGKILL');
    await Promise.all(running.map((agent) => agent.ended));
  }
}

/** A UDP socket on loopback; `answer` absent: it hears and says nothing. */
export async function udpServer(
  answer?: (message: Buffer) => Uint8Array | undefined,
): Promise<{ port: number; heard: Buffer[]; close(): void }> {
  const socket = createSocket('udp4');
  const heard: Buffer[] = [];
  socket.on('message', (message, from) => {
    heard.push(message);
    const reply = answer?.(message);
    if (reply) socket.send(reply, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { port: socket.address().port, heard, close: () => socket.close() };
}
