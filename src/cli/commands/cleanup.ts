import { EXIT } from '../../model/errors.ts';
import type { Leftover } from '../../fleet/leftovers.ts';
import { visible } from '../../report/escape.ts';
import { count } from '../../report/text.ts';
import { connectTo } from '../clusters.ts';
import type { Command } from '../command.ts';
import { clusterOptions, durationOption } from '../options.ts';
import { plainLines } from '../progress.ts';

export interface CleanupArguments {
  readonly 'run-id': string | undefined;
  readonly 'older-than': string | undefined;
  readonly 'dry-run': boolean;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

export const cleanup: Command<CleanupArguments> = {
  usage: 'cleanup',
  describe: 'Remove what runs left in the cluster: everything, or by --run-id or --older-than',
  options: (parser) =>
    clusterOptions(parser)
      .option('run-id', { type: 'string', requiresArg: true, describe: 'Only what this run created' })
      .option('older-than', {
        type: 'string',
        requiresArg: true,
        describe: 'Only what was created longer ago than this, for example 60m; spares runs under way',
      })
      .option('dry-run', { type: 'boolean', default: false, describe: 'Only say what would be removed' })
      .example('$0 cleanup --dry-run', 'what carries the run label, runs under way included')
      .example('$0 cleanup --run-id r7f3k2ab', 'remove what that run created'),
  execute: async ({ runId, olderThan, dryRun, ...credentials }, context) => {
    const olderThanMs = durationOption('older-than', olderThan);
    const cluster = await connectTo(credentials);
    const { cleanup: remove, TOO_YOUNG } = await import('../../fleet/cleanup.ts');
    const { emit } = plainLines(context.terminal.err);
    const { deleted, skipped } = await remove({
      cluster,
      ...(runId === undefined ? {} : { runId }),
      ...(olderThanMs === undefined ? {} : { olderThanMs }),
      dryRun,
      emit,
    });
    const lines = [
      ...deleted.map((one) => `${dryRun ? 'would remove' : 'removed'} ${nameOf(one)}`),
      ...skipped.map((one) => `left ${nameOf(one)}: ${one.why}`),
      `${dryRun ? 'found' : 'removed'} ${count(deleted.length, 'object')}`,
    ];
    await context.terminal.out.write(lines.map((line) => `${visible(line)}\n`).join(''));
    return skipped.every(({ why }) => why === TOO_YOUNG) ? EXIT.proven : EXIT.incomplete;
  },
};

function nameOf({ kind, namespace, name }: Leftover): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
