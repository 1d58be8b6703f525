import { readFile } from 'node:fs/promises';
import type { RunDiff } from '../../model/diff.ts';
import { NetproofError } from '../../model/errors.ts';
import type { Command, Context } from '../command.ts';
import { writeParts } from '../output.ts';

type DiffFormat = 'table' | 'json' | 'markdown';

export interface DiffArguments {
  readonly before: string;
  readonly after: string;
  readonly output: DiffFormat;
}

export const diff: Command<DiffArguments> = {
  usage: 'diff <before> <after>',
  describe: 'What changed between two runs, from their JSON results; no cluster is needed',
  options: (parser) =>
    parser
      .positional('before', {
        type: 'string',
        demandOption: true,
        describe: 'JSON result of the earlier run',
      })
      .positional('after', { type: 'string', demandOption: true, describe: 'JSON result of the later run' })
      .option('output', {
        alias: 'o',
        choices: ['table', 'json', 'markdown'] as const,
        default: 'table' as DiffFormat,
        requiresArg: true,
        describe: 'Format of the comparison on stdout',
      })
      .example('$0 diff monday.json tuesday.json', 'what opened, closed, or can no longer be told')
      .example('$0 diff main.json branch.json -o markdown', 'for a pull request')
      .example('$0 run shop.yaml -o json --output-file monday.json', 'keep a result')
      .epilogue(
        'Exit code 1 if something is open that is expected to be closed and was not known to be open; 0 otherwise, whatever else changed.',
      ),
  execute: async (options, context) => {
    const { compareRuns } = await import('../../diff/compare.ts');
    const [before, after] = [await load(options.before), await load(options.after)];
    const compared = compareRuns(before, after);
    await write(compared, options.output, context);
    return compared.summary.exitCode;
  },
};

async function load(file: string) {
  const { parseResult } = await import('../../diff/read.ts');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new NetproofError('file-unreadable', `can't read ${file}: ${why}`, { cause });
  });
  return { file, result: parseResult(text, file) };
}

async function write(compared: RunDiff, format: DiffFormat, { terminal: { out } }: Context): Promise<void> {
  switch (format) {
    case 'table': {
      const { render } = await import('../../report/diff/table.ts');
      return out.write(
        render(compared, { wide: false, color: out.color, unicode: out.unicode, width: out.columns }),
      );
    }
    case 'json': {
      const { jsonParts } = await import('../../report/data.ts');
      return writeParts(jsonParts(compared), out);
    }
    case 'markdown': {
      const { render } = await import('../../report/diff/markdown.ts');
      return out.write(render(compared));
    }
  }
}
