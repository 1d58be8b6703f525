/**
 * A shell that stays in one network namespace and runs script after script. Starting a command from it costs a
 * fraction of starting one from the daemon: a small process forks fast, and nobody has to enter the namespace.
 */
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { inNetns } from './kernel.ts';

type Process = ChildProcessByStdio<Writable, Readable, null>;

/** What a script wrote to stderr, and its exit code. */
const REPLY = /^([^]*)\0(\d+)\0$/;

export class Shell {
  readonly #netns: string;
  readonly #file: string;
  readonly #line: string;
  #process: Process | undefined;
  #last: Promise<void> = Promise.resolve();
  #closed = false;

  /** @param name unique in the sandbox: names the file, on the private /run, through which scripts come */
  constructor(netns: string, name: string) {
    this.#netns = netns;
    this.#file = `/run/shell-${name}`;
    this.#line = `{ . ${this.#file}; } 2>&1 >/dev/null; printf '\\0%d\\0' $?\n`;
  }

  /** Runs it after those before it; rejects with what it wrote to stderr if its last command fails. */
  run(script: string): Promise<void> {
    const done = this.#last.then(() => this.#execute(script));
    this.#last = done.catch(() => {});
    return done;
  }

  close(): void {
    this.#closed = true;
    this.#process?.kill('SIGKILL');
  }

  async #execute(script: string): Promise<void> {
    if (this.#closed) throw new Error('the shell is closed');
    // Some shells read their stdin byte by byte, but files in blocks.
    writeFileSync(this.#file, script);
    this.#process ??= this.#start();
    const { stdin, stdout } = this.#process;
    stdin.write(this.#line);
    await new Promise<void>((resolve, reject) => {
      let text = '';
      const settle = (error?: Error): void => {
        stdout.off('data', read).off('close', end);
        if (error === undefined) resolve();
        else reject(error);
      };
      const read = (chunk: string): void => {
        text += chunk;
        const [, stderr = '', code] = REPLY.exec(text) ?? [];
        if (code === undefined) return;
        settle(code === '0' ? undefined : new Error(stderr.trim() || `the script ended with ${code}`));
      };
      const end = (): void => settle(new Error(`the shell ended. ${text.trim()}`));
      stdout.on('data', read).on('close', end);
    });
  }

  /** Started when first needed, and anew after it died. */
  #start(): Process {
    const [command = '', ...args] = inNetns(this.#netns, ['sh']);
    const started = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    started.stdout.setEncoding('utf8');
    started.stdin.on('error', () => {});
    // `close` of its stdout, which follows, tells those who wait.
    started.on('error', () => {});
    started.stdout.on('close', () => {
      if (this.#process === started) this.#process = undefined;
    });
    return started;
  }
}
