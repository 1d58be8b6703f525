import type { Command } from '../command.ts';
import { exhaustiveOption } from '../options.ts';
import { checkImage, loadWithImage, printPlan } from '../planning.ts';

type PlanFormat = 'table' | 'json' | 'yaml';

export interface PlanArguments {
  readonly scenario: string;
  readonly output: PlanFormat;
  readonly exhaustive: boolean;
  readonly 'control-namespace': string | undefined;
  readonly image: string | undefined;
}

export const plan: Command<PlanArguments> = {
  usage: 'plan <scenario>',
  describe:
    'Print what a run would create and probe, how long it takes and the rights it needs; no cluster is needed',
  options: (parser) =>
    parser
      .positional('scenario', { type: 'string', demandOption: true, describe: 'Scenario file (YAML)' })
      .option('output', {
        alias: 'o',
        choices: ['table', 'json', 'yaml'] as const,
        default: 'table' as PlanFormat,
        requiresArg: true,
        describe: 'Format of the plan on stdout',
      })
      .option('exhaustive', exhaustiveOption)
      .option('control-namespace', {
        type: 'string',
        requiresArg: true,
        describe: 'As for the run: one that exists, for the canary and the controls',
      })
      .option('image', {
        type: 'string',
        requiresArg: true,
        describe: 'As for the run: image of the probe pods',
      })
      .example('$0 plan three-tier.yaml', 'what netproof run three-tier.yaml would do'),
  execute: async (options, context) => {
    checkImage(options.image);
    return printPlan(await loadWithImage(options.scenario, options.image), options, context);
  },
};
