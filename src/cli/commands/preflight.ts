import { isIP } from 'node:net';
import type { ArgumentsCamelCase } from 'yargs';
import type { Cluster } from '../../cluster/cluster.ts';
import { type ExitCode, NetproofError } from '../../model/errors.ts';
import type { PreflightResult } from '../../model/result.ts';
import { checkWhere, onCluster } from '../clusters.ts';
import type { Command, Context } from '../command.ts';
import { launchPreflight, newRunId } from '../launch.ts';
import { behaviourList, durationOption, whereOptions, type WhereArguments } from '../options.ts';

type PreflightFormat = 'table' | 'json' | 'yaml';

export interface PreflightArguments extends WhereArguments {
  readonly output: PreflightFormat;
  readonly 'every-node': boolean;
  readonly namespace: string | undefined;
  readonly external: string | undefined;
  readonly image: string | undefined;
  readonly 'image-pull-secret': readonly string[];
  readonly timeout: string | undefined;
}

export const preflight: Command<PreflightArguments> = {
  usage: 'preflight',
  describe: 'Prove what the cluster enforces at all, capability by capability, before believing any verdict',
  options: (parser) =>
    whereOptions(parser)
      .option('output', {
        alias: 'o',
        choices: ['table', 'json', 'yaml'] as const,
        default: 'table' as PreflightFormat,
        requiresArg: true,
        describe: 'Format of the result on stdout',
      })
      .option('every-node', {
        type: 'boolean',
        default: false,
        describe: 'On each node that takes pods, in a ring, instead of on two',
      })
      .option('namespace', {
        type: 'string',
        requiresArg: true,
        describe: 'One that exists, where none may be created; the tests that take a second one are left out',
      })
      .option('external', {
        type: 'string',
        requiresArg: true,
        describe: 'ADDRESS:PORT outside the cluster that accepts TCP connections, to test ipBlock on',
      })
      .option('image', {
        type: 'string',
        requiresArg: true,
        describe: 'Image of the pods: Linux with Node.js 20 or later',
      })
      .option('image-pull-secret', {
        type: 'string',
        array: true,
        default: [] as readonly string[],
        requiresArg: true,
        describe: 'Secret to pull it with, in the namespace that --namespace names',
      })
      .option('timeout', {
        type: 'string',
        requiresArg: true,
        describe: 'Give up after this time, for example 90s or 10m, and clean up',
      })
      .example('$0 preflight', 'on the cluster of the current context')
      .example('$0 preflight --every-node -o json', 'every node, for a program')
      .example('$0 preflight --sandbox --sandbox-cni ignores-except', 'see it find something')
      .epilogue(behaviourList('--sandbox-cni')),
  execute: async (options, context) => {
    checkWhere(options);
    const wanted = await wantedBy(options);
    const prove = async (cluster: Cluster): Promise<ExitCode> => {
      const report = (result: PreflightResult): Promise<void> => write(result, options.output, context);
      const launched = { ...wanted, cluster, sandbox: options.sandbox, report };
      return (await launchPreflight(launched, context)).summary.exitCode;
    };
    return onCluster(options, context, prove);
  },
};

type Options = ArgumentsCamelCase<PreflightArguments>;

async function wantedBy(options: Options) {
  const { everyNode, namespace, image, imagePullSecret } = options;
  const { defaultPods } = await import('../../scenario/settings.ts');
  const settings = defaultPods();
  return {
    runId: newRunId(),
    everyNode,
    namespace,
    external: externalOf(options.external),
    settings: { ...settings, ...(image === undefined ? {} : { image }), imagePullSecrets: imagePullSecret },
    timeoutMs: durationOption('timeout', options.timeout),
  };
}

/** An address and not a name: policies know addresses only. */
function externalOf(text: string | undefined): { readonly host: string; readonly port: number } | undefined {
  if (text === undefined) return undefined;
  const [, host = '', port = ''] = /^\[?([0-9A-Fa-f.:]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  if (isIP(host) !== 0 && Number(port) >= 1 && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new NetproofError('usage', `--external ${text} is not an address and a port`, {
    hint: 'for example 203.0.113.7:443 or [2001:db8::7]:443',
  });
}

async function write(
  result: PreflightResult,
  format: PreflightFormat,
  { terminal: { out } }: Context,
): Promise<void> {
  switch (format) {
    case 'table': {
      const { renderPreflight } = await import('../../report/preflight.ts');
      const look = { wide: false, color: out.color, unicode: out.unicode, width: out.columns };
      return out.write(renderPreflight(result, look));
    }
    case 'json':
    case 'yaml': {
      const { toJson, toYaml } = await import('../../report/data.ts');
      return out.write(format === 'json' ? toJson(result) : toYaml(result));
    }
  }
}
