import { EXIT } from '../../model/errors.ts';
import type { Command } from '../command.ts';

export const schema: Command<unknown> = {
  usage: 'schema',
  describe: 'Print the JSON Schema of scenarios, for completion in editors',
  options: (parser) =>
    parser
      .example('$0 schema > netproof.schema.json', 'then begin a scenario with the line')
      .example('# yaml-language-server: $schema=netproof.schema.json', 'and editors know its words'),
  execute: async (_, { terminal }) => {
    const { scenarioSchema } = await import('../../scenario/schema.ts');
    await terminal.out.write(`${JSON.stringify(scenarioSchema, null, 2)}\n`);
    return EXIT.proven;
  },
};
