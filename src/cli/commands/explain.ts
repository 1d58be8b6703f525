import type { ArgumentsCamelCase } from 'yargs';
import type { Explanation } from '../../explain/explanation.ts';
import { EXIT, type ExitCode } from '../../model/errors.ts';
import type { Command, Context } from '../command.ts';
import { readWorld, type SourceArguments, sourceOptions } from '../worlds.ts';

type ExplainFormat = 'table' | 'json' | 'yaml';

export interface ExplainArguments extends SourceArguments {
  readonly question: string;
  readonly namespace: string;
  readonly 'exit-code': boolean;
  readonly output: ExplainFormat;
}

const EPILOGUE = `Either end is
  namespace/name              a pod or workload; as destination also a Service
  namespace/deployment/name   with its kind, where two things are called the same
  203.0.113.7, [2001:db8::7]  an address; policies know no host names
  203.0.113.0/24              a range: told apart wherever a policy's range begins or ends
The port is a number or a name, with tcp (the default), udp or sctp: 5432/tcp, http.

Policies are read and nothing is sent: it says what they mean, not what the network does. For that there is
netproof run.`;

export const explain: Command<ExplainArguments> = {
  usage: 'explain <question>',
  describe: 'Tell in plain words whether policies allow a connection, and which rule decides',
  options: (parser) =>
    sourceOptions(parser)
      .positional('question', {
        type: 'string',
        demandOption: true,
        describe: "Such as 'shop/web -> data/db:5432/tcp'",
      })
      .option('namespace', {
        alias: 'n',
        type: 'string',
        default: 'default',
        requiresArg: true,
        describe: 'Namespace of names that are written without one',
      })
      .option('exit-code', {
        type: 'boolean',
        default: false,
        describe: 'Exit with 1 if it is denied, also in part, and with 4 if the answer is not certain',
      })
      .option('output', {
        alias: 'o',
        choices: ['table', 'json', 'yaml'] as const,
        default: 'table' as ExplainFormat,
        requiresArg: true,
        describe: 'Format of the answer on stdout',
      })
      .example("$0 explain 'shop/web -> data/db:5432'", 'on the cluster of the current context')
      .example("$0 explain 'shop/web -> data/db:5432' --manifests k8s/", 'offline, with files and lines')
      .example("$0 explain 'shop/web -> 169.254.169.254:80' --exit-code", 'for scripts')
      .epilogue(EPILOGUE),
  execute: async (options, context) => {
    const { parseQuestion } = await import('../../explain/question.ts');
    const question = parseQuestion(options.question);
    const { snapshot, world } = await readWorld(options);
    const { explain: answer } = await import('../../explain/explain.ts');
    const explanation = answer(question, { snapshot, world, namespace: options.namespace });
    await write(explanation, options.output, context);
    return options.exitCode ? exitCodeOf(explanation) : EXIT.proven;
  },
};

function exitCodeOf({ verdict, certain }: Explanation): ExitCode {
  if (!certain) return EXIT.inconclusive;
  return verdict === 'allow' ? EXIT.proven : EXIT.failed;
}

async function write(
  explanation: Explanation,
  format: ArgumentsCamelCase<ExplainArguments>['output'],
  { terminal: { out } }: Context,
): Promise<void> {
  switch (format) {
    case 'table': {
      const { renderExplanation } = await import('../../report/explain.ts');
      const look = { wide: false, color: out.color, unicode: out.unicode, width: out.columns };
      return out.write(renderExplanation(explanation, look));
    }
    case 'json':
    case 'yaml': {
      const { toJson, toYaml } = await import('../../report/data.ts');
      return out.write(format === 'json' ? toJson(explanation) : toYaml(explanation));
    }
  }
}
