import type { ArgumentsCamelCase } from 'yargs';
import type { AuditOrder } from '../../audit/perform.ts';
import type { Probing } from '../../audit/probe.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import type { AuditResult } from '../../model/audit.ts';
import { type ExitCode, NetproofError } from '../../model/errors.ts';
import { AUDIT_FORMAT_NAMES, AUDIT_FORMATS, type AuditFormat } from '../../report/audit/format.ts';
import { checkWhere, onCluster } from '../clusters.ts';
import type { Command, Context } from '../command.ts';
import { behaviourList, durationOption, whereOptions, type WhereArguments } from '../options.ts';
import { checkOutput, writeParts, writeWhole } from '../output.ts';

export interface AuditArguments extends WhereArguments {
  readonly scenario: readonly string[];
  readonly config: string | undefined;
  readonly evidence: string | undefined;
  readonly manifests: string | undefined;
  readonly git: string | undefined;
  readonly exceptions: string | undefined;
  readonly sign: string | undefined;
  readonly seed: string | undefined;
  readonly skip: readonly string[];
  readonly passive: boolean;
  readonly output: AuditFormat;
  readonly 'output-file': string | undefined;
  readonly image: string | undefined;
  readonly timeout: string | undefined;
}

export const audit: Command<AuditArguments> = {
  usage: 'audit',
  describe: 'Carry out the whole testing procedure for network policies, and hand over evidence',
  options: (parser) =>
    sourceOptions(procedureOptions(whereOptions(parser)))
      .example('$0 audit --evidence audit-2026-q4', 'the current cluster, with packets')
      .example('$0 audit --config audit.yaml --git ../deploy:k8s', 'against what is committed')
      .example('$0 audit --manifests export/ -o markdown', 'offline, what needs no packets')
      .epilogue(behaviourList('--sandbox-cni')),
  execute: async (options, context) => {
    checkChoice(options);
    await checkOutput({ file: options.outputFile });
    const folder = options.manifests;
    if (!options.sandbox && folder !== undefined) {
      return perform({ kind: 'manifests', folder }, options, context);
    }
    return onCluster(options, context, async (cluster) => {
      if (folder !== undefined) await seed(cluster, folder);
      return perform({ kind: 'cluster', cluster, sandbox: options.sandbox }, options, context);
    });
  },
};

function procedureOptions(parser: ReturnType<typeof whereOptions>) {
  return parser
    .option('config', { type: 'string', requiresArg: true, describe: 'What the audit goes by (audit.yaml)' })
    .option('scenario', {
      type: 'string',
      array: true,
      default: [] as readonly string[],
      requiresArg: true,
      describe: 'Documented requirements, as a scenario; several are possible',
    })
    .option('git', {
      type: 'string',
      requiresArg: true,
      describe: 'Clone that the policies are versioned in, as PATH or PATH:FOLDER',
    })
    .option('exceptions', { type: 'string', requiresArg: true, describe: 'File of approved exceptions' })
    .option('seed', { type: 'string', requiresArg: true, describe: 'Draws the same sample again' })
    .option('skip', {
      type: 'string',
      array: true,
      default: [] as readonly string[],
      requiresArg: true,
      describe: 'Check to leave out, by its id; the result says so',
    })
    .option('passive', {
      type: 'boolean',
      default: false,
      describe: 'Read only: create nothing, send nothing',
    })
    .option('evidence', {
      type: 'string',
      requiresArg: true,
      describe: 'Write an evidence folder; it must not be there yet',
    })
    .option('sign', {
      type: 'string',
      requiresArg: true,
      describe: 'Sign the evidence with this Ed25519 private key (PEM)',
    })
    .option('output', {
      alias: 'o',
      choices: AUDIT_FORMAT_NAMES,
      default: 'table' as AuditFormat,
      requiresArg: true,
      describe: 'Format of the result on stdout',
    })
    .option('output-file', {
      type: 'string',
      requiresArg: true,
      describe: 'Write the result in that format to this file, and the table to stdout',
    });
}

function sourceOptions(parser: ReturnType<typeof procedureOptions>) {
  return parser
    .option('manifests', {
      type: 'string',
      requiresArg: true,
      describe:
        'Audit exported manifests in this folder instead of a cluster; with --sandbox, put its namespaces, Services and policies there first',
    })
    .option('image', { type: 'string', requiresArg: true, describe: 'Image of the probe pods' })
    .option('timeout', {
      type: 'string',
      requiresArg: true,
      describe: 'Give up each run after this time, for example 90s or 10m, and clean up',
    });
}

type Options = ArgumentsCamelCase<AuditArguments>;

function checkChoice(options: Options): void {
  checkWhere(options);
  const { sandbox, kubeconfig, context, manifests, sign, evidence } = options;
  if (!sandbox && manifests !== undefined && (kubeconfig !== undefined || context !== undefined)) {
    throw new NetproofError('usage', '--manifests is audited without a cluster', {
      hint: 'leave out --kubeconfig and --context, or --manifests',
    });
  }
  durationOption('timeout', options.timeout);
  if (sign !== undefined && evidence === undefined) {
    throw new NetproofError('usage', '--sign signs an evidence folder', { hint: 'add --evidence DIR' });
  }
}

async function perform(source: AuditOrder['source'], options: Options, context: Context): Promise<ExitCode> {
  const { performAudit } = await import('../../audit/perform.ts');
  const { surroundings } = await import('../auditing.ts');
  const { checkEvidenceFolder, readSigningKey, writeEvidence } =
    await import('../../audit/evidence/write.ts');
  const { evidence: folder, sign } = options;
  if (folder !== undefined) await checkEvidenceFolder(folder);
  const key = sign === undefined ? undefined : await readSigningKey(sign);
  const { order, deps, fresh } = await surroundings(
    source,
    options,
    context,
    probing(source, options, context),
  );
  const { result, evidence } = await performAudit(order, deps);
  if (folder !== undefined) {
    const { evidenceFiles } = await import('../../audit/evidence/files.ts');
    await writeEvidence(folder, await evidenceFiles(evidence), { key, fresh });
    await context.terminal.err.write(`evidence written to ${folder}\n`);
  }
  await show(result, options, context);
  return result.summary.exitCode;
}

/** Undefined where nothing may be sent. */
function probing(source: AuditOrder['source'], options: Options, context: Context): Probing | undefined {
  if (source.kind !== 'cluster' || options.passive) return undefined;
  const { cluster, sandbox } = source;
  const common = { cluster, sandbox, timeoutMs: durationOption('timeout', options.timeout) };
  const image = options.image === undefined ? {} : { image: options.image };
  return {
    preflight: async () => {
      const { launchPreflight, newRunId } = await import('../launch.ts');
      const { defaultPods } = await import('../../scenario/settings.ts');
      const settings = { ...defaultPods(), ...image };
      const report = async (): Promise<void> => undefined;
      const about = { everyNode: false, namespace: undefined, external: undefined, settings };
      return launchPreflight({ ...common, ...about, runId: newRunId(), report }, context);
    },
    run: async ({ scenario, matrix }) => {
      const { launch, newRunId } = await import('../launch.ts');
      const loaded = { matrix, scenario: { ...scenario, pods: { ...scenario.pods, ...image } } };
      const report = async (): Promise<void> => undefined;
      return launch(
        loaded,
        { ...common, runId: newRunId(), skipPreflight: false, exhaustive: true, report },
        context,
      );
    },
  };
}

async function seed(cluster: Cluster, folder: string): Promise<void> {
  const { seedSandbox } = await import('../seed.ts');
  await seedSandbox(cluster, folder);
}

async function show(
  result: AuditResult,
  { output, outputFile }: Options,
  { terminal }: Context,
): Promise<void> {
  const render = await AUDIT_FORMATS[output]();
  const look = (color: boolean, unicode: boolean) => ({
    wide: false,
    color,
    unicode,
    width: terminal.out.columns,
  });
  const { color, unicode } = terminal.out;
  if (outputFile === undefined) {
    await writeParts(render(result, look(color, unicode)), terminal.out);
    return;
  }
  await writeWhole(outputFile, render(result, look(false, true)));
  const table = await AUDIT_FORMATS.table();
  await writeParts(table(result, look(color, unicode)), terminal.out);
  await terminal.err.write(`${output} written to ${outputFile}\n`);
}
