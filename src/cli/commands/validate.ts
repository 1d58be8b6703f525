import { EXIT } from '../../model/errors.ts';
import { visible } from '../../report/escape.ts';
import { count } from '../../report/text.ts';
import type { Command } from '../command.ts';

export interface ValidateArguments {
  readonly scenario: string;
}

export const validate: Command<ValidateArguments> = {
  usage: 'validate <scenario>',
  describe: 'Check a scenario and its policies; no cluster is needed',
  options: (parser) =>
    parser
      .positional('scenario', { type: 'string', demandOption: true, describe: 'Scenario file (YAML)' })
      .example('$0 validate three-tier.yaml', 'all mistakes at once, each with file, line and column'),
  execute: async ({ scenario: path }, { terminal }) => {
    const { loadScenario } = await import('../../scenario/load.ts');
    const { nodeFiles } = await import('../../scenario/files.ts');
    const { scenario, matrix } = await loadScenario(path, nodeFiles);
    const allowed = matrix.cells.filter(({ expect }) => expect === 'allow').length;
    const facts = [
      count(scenario.workloads.length, 'workload'),
      count(scenario.targets.length, 'target'),
      count(scenario.policies.length, 'policy', 'policies'),
      `${count(matrix.cells.length, 'expectation')} (${allowed} allow, ${matrix.cells.length - allowed} deny)`,
    ];
    await terminal.out.write(`${visible(`${path} is valid: ${scenario.name}, ${facts.join(', ')}`)}\n`);
    return EXIT.proven;
  },
};
