/** What a subcommand is made of: one file each in commands/, an object literal of this shape. */
import type { ArgumentsCamelCase, Argv } from 'yargs';
import type { ExitCode } from '../model/errors.ts';
import type { Interruption } from './interruption.ts';
import type { Terminal } from './terminal.ts';

/** What every command gets from the process. */
export interface Context {
  readonly terminal: Terminal;
  readonly interruption: Interruption;
}

export interface Command<Options> {
  /** As yargs reads it, e.g. `run <scenario>`. */
  readonly usage: string;
  readonly describe: string;
  options(parser: Argv): Argv<Options>;
  execute(options: ArgumentsCamelCase<Options>, context: Context): Promise<ExitCode>;
}
