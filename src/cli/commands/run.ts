import type { ArgumentsCamelCase } from 'yargs';
import type { Cluster } from '../../cluster/cluster.ts';
import { type ExitCode, NetproofError } from '../../model/errors.ts';
import type { RunResult } from '../../model/result.ts';
import type { Loaded } from '../../plan/plan.ts';
import { FORMAT_NAMES, type FormatName } from '../../report/format.ts';
import { connectTo, connectToSandbox, withSandbox } from '../clusters.ts';
import type { Command, Context } from '../command.ts';
import { launch, newRunId } from '../launch.ts';
import { behaviourList, clusterOptions, durationOption, exhaustiveOption } from '../options.ts';
import { checkOutput, type Output, writeResult } from '../output.ts';
import { checkImage, loadWithImage, printPlan } from '../planning.ts';

export interface RunArguments {
  readonly scenario: string;
  readonly output: FormatName;
  readonly 'output-file': string | undefined;
  readonly 'dry-run': boolean;
  readonly sandbox: boolean;
  readonly 'sandbox-cni': string | undefined;
  readonly 'sandbox-nodes': number | undefined;
  readonly 'skip-preflight': boolean;
  readonly exhaustive: boolean;
  readonly 'control-namespace': string | undefined;
  readonly image: string | undefined;
  readonly timeout: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

export const run: Command<RunArguments> = {
  usage: 'run <scenario>',
  describe: 'Prove a scenario with real packets and print the truth table',
  options: (parser) =>
    clusterOptions(parser)
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
      .option('sandbox', {
        type: 'boolean',
        default: false,
        describe:
          'Use the embedded cluster instead of yours; needs Linux, nftables, iproute2, and root or user namespaces',
      })
      .option('sandbox-cni', {
        type: 'string',
        requiresArg: true,
        describe: 'How the sandbox behaves: of the list below, several joined by + [default: healthy]',
      })
      .option('sandbox-nodes', {
        type: 'number',
        requiresArg: true,
        describe: 'Nodes of the sandbox [default: 2]',
      })
      .option('skip-preflight', {
        type: 'boolean',
        default: false,
        describe:
          'Do not test first whether the cluster enforces policies; refused connections then prove nothing',
      })
      .option('exhaustive', exhaustiveOption)
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

async function probe(loaded: Loaded, options: Options, context: Context): Promise<ExitCode> {
  const output = outputOf(options);
  const timeoutMs = durationOption('timeout', options.timeout);
  const probeIn = async (cluster: Cluster): Promise<ExitCode> => {
    const { sandbox, skipPreflight, exhaustive, controlNamespace } = options;
    const report = (result: RunResult): Promise<void> => writeResult(result, output, context.terminal);
    const runId = newRunId();
    const wanted = {
      cluster,
      sandbox,
      runId,
      skipPreflight,
      exhaustive,
      controlNamespace,
      timeoutMs,
      report,
    };
    const { summary } = await launch(loaded, wanted, context);
    return summary.exitCode;
  };
  if (!options.sandbox) return probeIn(await connectTo(options));
  const choice = { cni: options.sandboxCni, nodes: options.sandboxNodes };
  return withSandbox(choice, context, async (sandbox) => probeIn(await connectToSandbox(sandbox)));
}

function outputOf({ output, outputFile }: Options): Output {
  return { format: output, file: outputFile };
}

function checkChoice({ sandbox, kubeconfig, context, sandboxCni, sandboxNodes }: Options): void {
  if (sandbox && (kubeconfig !== undefined || context !== undefined)) {
    throw new NetproofError('usage', '--sandbox makes a cluster of its own', {
      hint: 'leave out --kubeconfig and --context, or --sandbox',
    });
  }
  if (!sandbox && (sandboxCni !== undefined || sandboxNodes !== undefined)) {
    throw new NetproofError('usage', '--sandbox-cni and --sandbox-nodes say how a sandbox is made', {
      hint: 'add --sandbox',
    });
  }
}
