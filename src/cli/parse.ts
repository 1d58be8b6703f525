/** The command line: which command with which options, or the text (help, version, completion) that it asks for. */
import yargs, { type Argv } from 'yargs';
import { type ExitCode, NetproofError } from '../model/errors.ts';
import { packageVersion } from '../package.ts';
import type { Command, Context } from './command.ts';
import { audit } from './commands/audit.ts';
import { cleanup } from './commands/cleanup.ts';
import { demo } from './commands/demo.ts';
import { diff } from './commands/diff.ts';
import { explain } from './commands/explain.ts';
import { init } from './commands/init.ts';
import { plan } from './commands/plan.ts';
import { preflight } from './commands/preflight.ts';
import { rbac } from './commands/rbac.ts';
import { run } from './commands/run.ts';
import { sandbox } from './commands/sandbox.ts';
import { schema } from './commands/schema.ts';
import { validate } from './commands/validate.ts';
import { verifyEvidence } from './commands/verify-evidence.ts';

export type Parsed =
  | { readonly kind: 'command'; readonly execute: (context: Context) => Promise<ExitCode> }
  | { readonly kind: 'text'; readonly text: string }
  /** Nothing was asked: the help, as an error. */
  | { readonly kind: 'nothing'; readonly help: string };

const EPILOGUE = `Exit codes:
  0  every expectation is proven
  1  at least one expectation does not hold
  2  wrong usage or a mistake in the scenario
  3  the cluster does not enforce, or could not be shown to, what was tested or is relied on
  4  nothing failed, but something is inconclusive
  5  the run could not be completed, or was interrupted
  70 a bug in netproof: please report it

netproof creates only what carries its run label, deletes only that, and cleans up when it ends, also after Ctrl-C.`;

/** Throws a NetproofError `usage` for a command line that makes no sense. */
export async function parse(argv: readonly string[], columns: number): Promise<Parsed> {
  let chosen: Extract<Parsed, { kind: 'command' }> | undefined;
  const add = <Options>(parser: Argv, command: Command<Options>): void => {
    parser.command(
      command.usage,
      command.describe,
      (inner) => generalLast(command.options(inner as Argv)),
      (options) => {
        chosen = { kind: 'command', execute: (context) => command.execute(options, context) };
      },
    );
  };
  const width = Math.min(100, columns);
  // yargs writes a command's help whenever it runs it, and breaking the lines takes longest.
  const isHelp = argv.some((each) => /^-[a-z]*h$|^--help\b|^help$/.test(each));
  const parser = frame(yargs()).wrap(isHelp ? width : null);
  add(parser, run);
  add(parser, plan);
  add(parser, preflight);
  add(parser, demo);
  add(parser, init);
  add(parser, explain);
  add(parser, diff);
  add(parser, audit);
  add(parser, verifyEvidence);
  add(parser, validate);
  add(parser, schema);
  add(parser, rbac);
  add(parser, sandbox);
  add(parser, cleanup);
  addCompletion(parser);
  const text = await answer(parser, argv);
  if (text !== '') return { kind: 'text', text: `${text}\n` };
  return chosen ?? { kind: 'nothing', help: `${await parser.wrap(width).getHelp()}\n` };
}

/** What every command has comes after what is a command's own. */
function generalLast<Options>(parser: Argv<Options>): Argv<Options> {
  return parser.group([], 'Options:').group(['color', 'help', 'version'], 'General options:');
}

function frame(parser: Argv): Argv {
  return parser
    .scriptName('netproof')
    .usage('$0 <command>\n\nProves with real packets that network policies do what a scenario says they do.')
    .option('color', {
      type: 'boolean',
      global: true,
      describe: 'Colour on a terminal; --no-color or NO_COLOR switches it off',
    })
    .version(packageVersion())
    .help()
    .alias('help', 'h')
    .epilogue(EPILOGUE)
    .strict()
    .recommendCommands()
    .exitProcess(false)
    .fail((message, error) => {
      // yargs' own complaints come either way; anything else that is thrown is not about usage.
      throw error === undefined || error.name === 'YError' ? usage(message ?? error?.message) : error;
    });
}

/** Our own, since yargs' counts on ending the process after it has printed. */
function addCompletion(parser: Argv): void {
  parser.command(
    'completion',
    'Print a completion script for bash, zsh or fish',
    (inner) => inner.example('$0 completion >> ~/.bashrc', 'then begin a new shell'),
    () => void parser.showCompletionScript(),
  );
}

/** Parses, and gives what yargs would have printed. */
async function answer(parser: Argv, argv: readonly string[]): Promise<string> {
  let printed = '';
  await parser.parseAsync([...argv], {}, (error, _, output) => {
    if (error) throw error;
    printed = output;
  });
  return printed;
}

function usage(message: string): NetproofError {
  return new NetproofError('usage', message.replace(/\s+/g, ' '), {
    hint: 'netproof --help, or netproof <command> --help',
  });
}
