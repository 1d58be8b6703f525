import { EXIT } from '../../model/errors.ts';
import type { Command } from '../command.ts';

export const schema: Command<unknown> = {
  usage: 'schema',
  describe: 'Print the JSON Schema of scenarios, for completion in editors',
  options: (parser) =>
    parser
      .example('$0 schema > netproof.schema.json', 'save it beside your scenarios')
      .epilogue(
        'Editors use it for a scenario that begins with the line\n  # yaml-language-server: $schema=netproof.schema.json',
      ),
  execute: async (_, { terminal }) => {
    const { scenarioSchema } = await import('../../scenario/schema.ts');
    await terminal.out.write(`${JSON.stringify(scenarioSchema, null, 2)}\n`);
    return EXIT.proven;
  },
};
