/** Options that several commands share. */
import type { Argv } from 'yargs';
import { NetproofError } from '../model/errors.ts';
import { parseDuration } from '../scenario/durations.ts';
import { describeBehaviours } from '../sandbox/network/behaviour-words.ts';

export const clusterOptions = (parser: Argv) =>
  parser
    .option('kubeconfig', {
      type: 'string',
      requiresArg: true,
      describe:
        "Kubeconfig file [default: as kubectl: KUBECONFIG, ~/.kube/config, the pod's service account]",
    })
    .option('context', { type: 'string', requiresArg: true, describe: 'Context in the kubeconfig' });

export interface WhereArguments {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly sandbox: boolean;
  readonly 'sandbox-cni': string | undefined;
  readonly 'sandbox-nodes': number | undefined;
}

/** The user's cluster, or the embedded one; `onCluster` goes by them. */
export const whereOptions = (parser: Argv) =>
  clusterOptions(parser)
    .option('sandbox', {
      type: 'boolean',
      default: false,
      describe:
        'Use the embedded cluster instead of yours; needs Linux, nftables, iproute2, and root or user namespaces',
    })
    .option('sandbox-cni', {
      type: 'string',
      requiresArg: true,
      describe: 'How the sandbox behaves: of the list below, several joined by + [default: healthy]',
    })
    .option('sandbox-nodes', {
      type: 'number',
      requiresArg: true,
      describe: 'Nodes of the sandbox [default: 2]',
    });

export const exhaustiveOption = {
  type: 'boolean',
  default: false,
  describe: 'Probe every pair, also of workloads that neither the scenario nor any policy tells apart',
} as const;

/** What may follow that option, for the end of the help. */
export const behaviourList = (option: string): string =>
  `Behaviours of the sandbox, for ${option}:\n${describeBehaviours()}\n`;

/** A duration as scenarios write it; undefined where the option is absent. */
export function durationOption(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0) {
    throw new NetproofError('usage', `--${name} ${text} is no duration`, {
      hint: 'for example 500ms, 90s or 10m',
    });
  }
  return ms;
}
