import type { ArgumentsCamelCase } from 'yargs';
import type { Cluster } from '../../cluster/cluster.ts';
import { EXIT, type ExitCode, NetproofError } from '../../model/errors.ts';
import type { RunResult } from '../../model/result.ts';
import type { Loaded } from '../../plan/plan.ts';
import { FORMAT_NAMES, type FormatName } from '../../report/format.ts';
import { checkWhere, onCluster } from '../clusters.ts';
import type { Command, Context } from '../command.ts';
import { launch, newRunId } from '../launch.ts';
import {
  behaviourList,
  durationOption,
  exhaustiveOption,
  whereOptions,
  type WhereArguments,
} from '../options.ts';
import { checkOutput, type Output, writeResult } from '../output.ts';
import { checkImage, loadWithImage, printPlan } from '../planning.ts';

export interface RunArguments extends WhereArguments {
  readonly scenario: string;
  readonly output: FormatName;
  readonly 'output-file': string | undefined;
  readonly 'dry-run': boolean;
  readonly 'skip-preflight': boolean;
  readonly exhaustive: boolean;
  readonly 'mutate-policies': boolean;
  readonly 'control-namespace': string | undefined;
  readonly image: string | undefined;
  readonly timeout: string | undefined;
}

export const run: Command<RunArguments> = {
  usage: 'run <scenario>',
  describe: 'Prove a scenario with real packets and print the truth table',
  options: (parser) =>
    whereOptions(parser)
      .positional('scenario', { type: 'string', demandOption: true, describe: 'Scenario file (YAML)' })
      .option('output', {
        alias: 'o',
        choices: FORMAT_NAMES,
        default: 'table' as FormatName,
        requiresArg: true,
        describe: 'Format of the result on stdout',
      })
      .option('output-file', {
        type: 'string',
        requiresArg: true,
        describe: 'Write the result in that format to this file, and the table to stdout',
      })
      .option('dry-run', {
        type: 'boolean',
        default: false,
        describe: 'As netproof plan: print what would be created and probed; touch nothing',
      })
      .option('skip-preflight', {
        type: 'boolean',
        default: false,
        describe:
          'Do not test first whether the cluster enforces what the scenario relies on; refused connections then prove nothing',
      })
      .option('exhaustive', exhaustiveOption)
      .option('mutate-policies', {
        type: 'boolean',
        default: false,
        describe:
          'Then drop each rule and default deny of the scenario once, and list those whose loss no expectation notices; with --sandbox',
      })
      .option('control-namespace', {
        type: 'string',
        requiresArg: true,
        describe: 'One that exists, for the canary and the controls, where none may be created',
      })
      .option('image', {
        type: 'string',
        requiresArg: true,
        describe: "Image of the probe pods, in place of the scenario's: for mirrors and air-gapped clusters",
      })
      .option('timeout', {
        type: 'string',
        requiresArg: true,
        describe: 'Give up after this time, for example 90s or 10m, and clean up',
      })
      .example('$0 run three-tier.yaml', 'on the cluster of the current context')
      .example('$0 run three-tier.yaml --sandbox', 'on the embedded cluster; needs none of yours')
      .example('$0 run three-tier.yaml --dry-run', 'what it would do, and the RBAC it needs')
      .example(
        '$0 run three-tier.yaml -o junit --output-file report.xml',
        'in CI: table in the log, JUnit in a file',
      )
      .epilogue(behaviourList('--sandbox-cni')),
  execute: async (options, context) => {
    durationOption('timeout', options.timeout);
    checkChoice(options);
    checkImage(options.image);
    await checkOutput(outputOf(options));
    const loaded = await loadWithImage(options.scenario, options.image);
    return options.dryRun ? printPlan(loaded, options, context) : probe(loaded, options, context);
  },
};

type Options = ArgumentsCamelCase<RunArguments>;

function probe(loaded: Loaded, options: Options, context: Context): Promise<ExitCode> {
  return onCluster(options, context, (cluster) =>
    (options.mutatePolicies ? mutateIn : probeIn)(cluster, loaded, options, context),
  );
}

type Report = (result: RunResult) => Promise<void>;

function launchIn(cluster: Cluster, loaded: Loaded, options: Options, context: Context, report: Report) {
  const { sandbox, skipPreflight, exhaustive, controlNamespace } = options;
  const timeoutMs = durationOption('timeout', options.timeout);
  const wanted = { cluster, sandbox, runId: newRunId(), skipPreflight, exhaustive, controlNamespace };
  return launch(loaded, { ...wanted, timeoutMs, report }, context);
}

async function probeIn(
  cluster: Cluster,
  loaded: Loaded,
  options: Options,
  context: Context,
): Promise<ExitCode> {
  const report: Report = (result) => writeResult(result, outputOf(options), context.terminal);
  return (await launchIn(cluster, loaded, options, context, report)).summary.exitCode;
}

/** From a run that is not proven nothing could be concluded: its result is all that there is. */
async function mutateIn(
  cluster: Cluster,
  loaded: Loaded,
  options: Options,
  context: Context,
): Promise<ExitCode> {
  const { mutatePolicies } = await import('../../mutate/mutate.ts');
  const silently = (each: Loaded): Promise<RunResult> =>
    launchIn(cluster, each, options, context, () => Promise.resolve());
  const tell = (message: string): Promise<void> => context.terminal.err.write(`${message}\n`);
  const result = await silently(loaded);
  const { exitCode } = result.summary;
  if (exitCode !== EXIT.proven)
    await tell('policies are not dropped: the run with all of them is not proven');
  const mutation = exitCode === EXIT.proven && (await mutatePolicies(loaded, { run: silently, tell }));
  await writeResult({ ...result, ...(mutation && { mutation }) }, outputOf(options), context.terminal);
  return exitCode;
}

function outputOf({ output, outputFile }: Options): Output {
  return { format: output, file: outputFile };
}

function checkChoice(options: Options): void {
  checkWhere(options);
  if (options.mutatePolicies && !options.sandbox) {
    throw new NetproofError('usage', '--mutate-policies is for the embedded cluster alone', {
      hint: 'add --sandbox',
    });
  }
}
