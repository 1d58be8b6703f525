/** The process: its streams, signals and exit code, and nothing else. */
import { writeSync } from 'node:fs';
import { EXIT, type ExitCode } from '../model/errors.ts';
import type { Context } from './command.ts';
import { Interruption } from './interruption.ts';
import { holdBack } from './memory.ts';
import { parse } from './parse.ts';
import { problemOf } from './problems.ts';
import { streamOf, type Terminal } from './terminal.ts';

/** As a shell reports a process that SIGINT ended. */
const EXIT_KILLED = 130;

holdBack();
const argv = process.argv.slice(2);
const surroundings = { env: process.env, argv };
const terminal: Terminal = {
  out: streamOf(process.stdout, surroundings),
  err: streamOf(process.stderr, surroundings),
};
const interruption = new Interruption();

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    const lastWords = interruption.interrupt();
    // Written at once: nothing asynchronous would come before the end.
    writeSync(
      process.stderr.fd,
      `\nnetproof: ${lastWords ?? 'stopping and cleaning up; again to stop at once'}\n`,
    );
    if (lastWords !== undefined) process.exit(EXIT_KILLED);
  });
}

/** An error that nobody waits for is a bug; the command is ended as by a signal, so that it cleans up. */
let stray: { readonly error: unknown } | undefined;
process.on('unhandledRejection', (error) => {
  // What is being stopped may well say so to nobody.
  if (interruption.signal.aborted) return;
  stray = { error };
  interruption.interrupt();
});

async function execute(context: Context): Promise<ExitCode> {
  const parsed = await parse(argv, terminal.out.columns);
  switch (parsed.kind) {
    case 'command':
      return parsed.execute(context);
    case 'text':
      await terminal.out.write(parsed.text);
      return EXIT.proven;
    case 'nothing':
      await terminal.err.write(parsed.help);
      return EXIT.usage;
  }
}

async function tell(error: unknown): Promise<void> {
  const { text, exitCode } = problemOf(error);
  process.exitCode = exitCode;
  await terminal.err.write(text);
}

try {
  process.exitCode = await execute({ terminal, interruption });
} catch (error) {
  await tell(error);
}
if (stray) await tell(stray.error);
// Every write has been waited for; an idle connection to the API server must not keep the process.
process.exit();
