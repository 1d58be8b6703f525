/** A small Node.js process that lives in one of the sandbox's network namespaces and is started anew when it dies. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Ready } from './helper-side.ts';
import { inNetns } from './kernel.ts';

export interface HelperOptions<Down, Up> {
  readonly netns: string;
  /** The compiled program. */
  readonly program: URL;
  readonly onMessage: (message: Up) => void;
  /** What each (new) process is told first. */
  readonly first?: () => Down;
  /** Called when the process died on its own, before it is started anew. */
  readonly onDeath: (message: string) => void;
}

/** Pause before a helper that died is started anew, so that one that dies at once does not eat the machine. */
const RESTART_MS = 100;

export class Helper<Down extends object, Up extends object> {
  readonly #options: HelperOptions<Down, Up>;
  #child: ChildProcess | undefined;
  #closed = false;

  private constructor(options: HelperOptions<Down, Up>) {
    this.#options = options;
  }

  /** Resolves when the helper serves; rejects if its first process dies before that. */
  static async start<Down extends object, Up extends object>(
    options: HelperOptions<Down, Up>,
  ): Promise<Helper<Down, Up>> {
    const started = new Helper(options);
    await started.#launch();
    return started;
  }

  /** False if no process was there to take the message. */
  send(message: Down): boolean {
    return this.#child?.connected === true && this.#child.send(message);
  }

  /** Stops the process where it is, or lets it go on: frozen, it takes what is sent to it and answers nothing. */
  freeze(frozen: boolean): void {
    this.#child?.kill(frozen ? 'SIGSTOP' : 'SIGCONT');
  }

  close(): void {
    this.#closed = true;
    this.#child?.kill('SIGKILL');
  }

  #launch(): Promise<void> {
    const { netns, program, onMessage, first } = this.#options;
    const [command = '', ...args] = inNetns(netns, [process.execPath, fileURLToPath(program)]);
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child = child;
    if (first !== undefined) child.send(first());
    return new Promise((resolve, reject) => {
      let ready = false;
      child.on('message', (message) => {
        if ((message as Partial<Ready>).type !== 'ready') return onMessage(message as Up);
        ready = true;
        resolve();
      });
      child.on('error', reject);
      child.on('exit', (code, signal) => {
        const death = `${program.pathname.split('/').at(-1)} ended with ${code ?? signal}`;
        reject(new Error(death));
        if (ready && !this.#closed) void this.#revive(death);
      });
    });
  }

  async #revive(death: string): Promise<void> {
    this.#options.onDeath(death);
    while (!this.#closed) {
      await sleep(RESTART_MS, undefined, { ref: false });
      const back = await this.#launch().then(
        () => true,
        () => false,
      );
      if (back) return;
    }
  }
}
