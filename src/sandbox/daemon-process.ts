/** The sandbox's daemon as its parent sees it: a process tree in namespaces of its own, spoken to over IPC. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { NetproofError } from '../model/errors.ts';
import { builtProgram } from '../package.ts';
import { TOOL_PATH } from './host.ts';
import type { Enclose } from './host.ts';
import type { FromDaemon, ToDaemon } from './ipc.ts';

const PROGRAM = builtProgram('sandbox/daemon');
const START_TIMEOUT_MS = 60_000;
/** Of the daemon's complaints the last ones are kept for the error message. */
const KEPT_STDERR = 4_000;

export class DaemonProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  /** Rejects with `sandbox-failed` if the daemon ends by itself; settles in no other way. */
  readonly lost: Promise<never>;
  #isWanted = true;
  #stderr = '';

  constructor(enclose: Enclose, program = PROGRAM) {
    const [command = '', ...args] = enclose([process.execPath, fileURLToPath(program)]);
    // A process group of its own: a terminal's Ctrl-C is for the parent, which must still clean up in the sandbox.
    this.#child = spawn(command, args, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: true,
      env: { ...process.env, PATH: TOOL_PATH },
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-KEPT_STDERR);
    });
    this.#ended = this.#whenEnded();
    this.lost = this.#whenLost();
    // Nobody may be waiting when it comes.
    this.lost.catch(() => undefined);
  }

  /** Sends the message and resolves with the answer of that type; rejects with `sandbox-failed` if none comes. */
  async ask<T extends FromDaemon['type']>(
    question: ToDaemon,
    answer: T,
    options: { readonly handle?: Server; readonly signal?: AbortSignal } = {},
  ): Promise<Extract<FromDaemon, { type: T }>> {
    const given = new AbortController();
    const answered = this.#hear(answer, given.signal);
    try {
      this.#child.send(question, options.handle, undefined, () => {});
      return await Promise.race([answered, this.#failure(given.signal, options.signal)]);
    } finally {
      given.abort();
    }
  }

  /** Ends the daemon, and with it every process, namespace and rule of the sandbox; nothing there needs a farewell. */
  async end(): Promise<void> {
    // `unshare --kill-child` takes the daemon along, and that is PID 1 of all the others.
    this.#isWanted = false;
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** Not the `close` event: Node.js 20 leaves it out when the channel was disconnected before. */
  async #whenEnded(): Promise<void> {
    const { stderr } = this.#child;
    try {
      // The last holder of its stderr gone, no process of the sandbox is left.
      await Promise.all([once(this.#child, 'exit'), stderr === null ? undefined : once(stderr, 'close')]);
    } catch (error) {
      this.#stderr += String(error);
    }
  }

  async #whenLost(): Promise<never> {
    await this.#ended;
    if (this.#isWanted) throw this.#failed('it ended');
    return new Promise(() => undefined);
  }

  async #hear<T extends FromDaemon['type']>(type: T, signal: AbortSignal) {
    for (;;) {
      const [message] = (await once(this.#child, 'message', { signal })) as [FromDaemon];
      if (message.type === type) return message as Extract<FromDaemon, { type: T }>;
      if (message.type === 'failed') throw new NetproofError('sandbox-failed', message.message);
    }
  }

  async #failure(done: AbortSignal, interrupt?: AbortSignal): Promise<never> {
    const late = sleep(START_TIMEOUT_MS, 'it did not answer in time', { signal: done });
    const interrupted = interrupt === undefined ? [] : [whenAborted(interrupt, done)];
    const why = await Promise.race([late, this.#ended.then(() => 'it ended'), ...interrupted]);
    if (interrupt?.aborted === true)
      throw new NetproofError('interrupted', 'interrupted while the sandbox started');
    throw this.#failed(why);
  }

  #failed(why: string): NetproofError {
    const said = this.#stderr.trim();
    return new NetproofError('sandbox-failed', `the sandbox's daemon failed: ${said === '' ? why : said}`);
  }
}

async function whenAborted(signal: AbortSignal, done: AbortSignal): Promise<string> {
  if (!signal.aborted) await once(signal, 'abort', { signal: done });
  return 'it was interrupted';
}
