import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { ArgumentsCamelCase } from 'yargs';
import type { AuditSource } from '../../model/audit.ts';
import { EXIT, NetproofError } from '../../model/errors.ts';
import { nearest } from '../../model/nearest.ts';
import type { WrittenFiles } from '../../init/check.ts';
import type { Draft } from '../../init/draft.ts';
import type { Command, Context } from '../command.ts';
import { checkOutput, writeWhole } from '../output.ts';
import { type Read, readWorld, type SourceArguments, sourceOptions } from '../worlds.ts';

export interface InitArguments extends SourceArguments {
  readonly namespace: readonly string[];
  readonly output: string | undefined;
  readonly force: boolean;
}

export const init: Command<InitArguments> = {
  usage: 'init',
  describe: 'Write a first scenario: the workloads there are, and what today’s policies imply',
  options: (parser) =>
    sourceOptions(parser)
      .option('namespace', {
        alias: 'n',
        type: 'string',
        array: true,
        default: [] as readonly string[],
        requiresArg: true,
        describe: 'Only these namespaces [default: all but those of the system]',
      })
      .option('output', {
        alias: 'o',
        type: 'string',
        requiresArg: true,
        describe: 'File to write; policies from manifests go into another one beside it [default: stdout]',
      })
      .option('force', {
        type: 'boolean',
        default: false,
        describe: 'Write over files that are there',
      })
      .example('$0 init -o shop.yaml -n shop -n data', 'two namespaces of the current cluster')
      .example('$0 init --manifests k8s/ -o release.yaml', 'offline; runs on any cluster, or --sandbox')
      .epilogue(
        'What it writes is valid and passes where policies are enforced. It says what they mean, not what they should: read each rule. Rows behind a # are to confirm: the internet, the metadata address, the kubelet.',
      ),
  execute: async (options, context) => {
    await checkOutput({ file: options.output });
    if (options.output !== undefined && !options.force) await refuseOverwriting(options.output);
    const read = await readWorld(options);
    const { draftOf } = await import('../../init/draft.ts');
    const live = options.manifests === undefined;
    const draft = draftOf({ world: read.world, namespaces: await chosen(options, read), live });
    const files = await filesOf(draft, read.snapshot.source, options.output);
    refuseMistakes(draft, read);
    await check(files, draft);
    await write(files, options, context);
    await tell(draft, read, context);
    return EXIT.proven;
  },
};

type Options = ArgumentsCamelCase<InitArguments>;

/** All namespaces but the system's and those of runs, or those that are asked for. */
async function chosen({ namespace }: Options, { world }: Read): Promise<readonly string[]> {
  const all = world.namespaces.map(({ name }) => name);
  const missing = namespace.find((name) => !all.includes(name));
  if (missing !== undefined) {
    const near = nearest(missing, all);
    throw new NetproofError('usage', `there is no namespace ${missing}`, {
      hint: near === undefined ? `there are ${all.join(', ')}` : `did you mean ${near}?`,
    });
  }
  if (namespace.length > 0) return [...new Set(namespace)];
  const { DEFAULT_CONFIG } = await import('../../audit/config/config.ts');
  const { isNamed } = await import('../../audit/config/choose.ts');
  const { RUN_LABEL } = await import('../../model/labels.ts');
  return world.namespaces
    .filter(({ name, labels }) => !isNamed(name, DEFAULT_CONFIG.system) && labels[RUN_LABEL] === undefined)
    .map(({ name }) => name);
}

function sourceWords(source: AuditSource): string {
  return source.kind === 'cluster'
    ? `cluster ${source.context} (${source.server})`
    : `the manifests in ${source.folder}`;
}

async function filesOf(draft: Draft, source: AuditSource, output: string | undefined): Promise<WrittenFiles> {
  const { writeScenario } = await import('../../init/write.ts');
  const { writePolicies } = await import('../../init/policies.ts');
  const words = sourceWords(source);
  if (draft.policies.length > 0 && output === undefined) {
    throw new NetproofError('usage', 'the policies of the manifests go into a file beside the scenario', {
      hint: 'say where: --output scenario.yaml',
    });
  }
  const path = output ?? 'stdout.yaml';
  const name = `${basename(path, extname(path))}.policies.yaml`;
  const hasPolicies = draft.policies.length > 0;
  return {
    path,
    text: writeScenario(draft, { source: words, policiesFile: hasPolicies ? name : undefined }),
    ...(hasPolicies && { policies: { name, text: writePolicies(draft.policies, words) } }),
  };
}

/** An unknown field would be dropped, and the policy that is left may mean the opposite. */
function refuseMistakes({ policies }: Draft, { snapshot }: Read): void {
  const named = new Set(policies.map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`));
  const issues = snapshot.mistakes
    .filter(({ object }) => object && named.has(`${object.metadata.namespace}/${object.metadata.name}`))
    .map(({ what, why, where }) => ({ message: `${what}: ${why}`, ...(where && { position: where }) }));
  if (issues.length === 0) return;
  throw new NetproofError('config-invalid', 'there are mistakes in the policies', { issues });
}

async function check(files: WrittenFiles, draft: Draft): Promise<void> {
  const { MAX_BYTES } = await import('../../scenario/text.ts');
  if (Buffer.byteLength(files.text) > MAX_BYTES) {
    throw new NetproofError('usage', `the scenario would be larger than ${MAX_BYTES / 1e6} MB`, {
      hint: 'write several, each with its own --namespace',
    });
  }
  const { checkWritten } = await import('../../init/check.ts');
  await checkWritten(files, draft);
}

async function write(
  { text, policies }: WrittenFiles,
  options: Options,
  { terminal }: Context,
): Promise<void> {
  const { output, force } = options;
  if (output === undefined) return terminal.out.write(text);
  const beside = policies && join(dirname(output), policies.name);
  const files: (readonly [string, string])[] = [[output, text]];
  if (beside !== undefined) files.push([beside, policies?.text ?? '']);
  for (const [file] of files) if (!force) await refuseOverwriting(file);
  for (const [file, content] of files) await writeWhole(file, content);
}

async function refuseOverwriting(file: string): Promise<void> {
  const there = await stat(file).catch(() => undefined);
  if (there?.isFile() !== true) return;
  throw new NetproofError('usage', `${file} is there already`, { hint: 'take another name, or add --force' });
}

async function tell(draft: Draft, { snapshot }: Read, { terminal: { err } }: Context): Promise<void> {
  const { visible } = await import('../../report/escape.ts');
  const { count } = await import('../../report/text.ts');
  const { identities, grid, rules, toConfirm, omitted, uncertain } = draft;
  const pairs = identities.length * grid.endpoints.length;
  const lines = [
    `${count(identities.length, 'workload')}, ${count(pairs, 'pair')}, ${count(rules.length, 'rule')}, ${count(toConfirm.length, 'row')} to confirm`,
    ...(uncertain > 0
      ? [`note: the policies are not clear about ${count(uncertain, 'pair')}; see "not certain" in the file`]
      : []),
    ...snapshot.unread.map(({ what, why }) => `note: ${what} could not be read: ${why}`),
    ...omitted.map((what) => `note: left out: ${what}`),
  ];
  await err.write(`${lines.map(visible).join('\n')}\n`);
}
