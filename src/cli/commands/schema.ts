import { EXIT } from '../../model/errors.ts';
import type { Command } from '../command.ts';

const SCHEMAS = {
  scenario: async (): Promise<object> => (await import('../../scenario/schema.ts')).scenarioSchema,
  'audit-config': async (): Promise<object> => (await import('../../audit/config/schema.ts')).configSchema,
  'audit-exceptions': async (): Promise<object> =>
    (await import('../../audit/config/schema.ts')).exceptionsSchema,
  audit: async (): Promise<object> => (await import('../../report/audit/schema.ts')).auditResultSchema,
} as const;

type SchemaName = keyof typeof SCHEMAS;

export interface SchemaArguments {
  readonly of: SchemaName;
}

export const schema: Command<SchemaArguments> = {
  usage: 'schema [of]',
  describe: 'Print the JSON Schema of scenarios, or of an audit’s files, for completion in editors',
  options: (parser) =>
    parser
      .positional('of', {
        choices: Object.keys(SCHEMAS) as readonly SchemaName[],
        default: 'scenario' as SchemaName,
        describe: 'audit: the JSON result of an audit',
      })
      .example('$0 schema > netproof.schema.json', 'save it beside your scenarios')
      .example('$0 schema audit-config > audit.schema.json', 'for audit.yaml')
      .epilogue(
        'Editors use it for a file that begins with the line\n  # yaml-language-server: $schema=netproof.schema.json',
      ),
  execute: async ({ of }, { terminal }) => {
    await terminal.out.write(`${JSON.stringify(await SCHEMAS[of](), null, 2)}\n`);
    return EXIT.proven;
  },
};
