import { EXIT } from '../../model/errors.ts';
import type { Sandbox } from '../../sandbox/start.ts';
import { withSandbox } from '../clusters.ts';
import type { Command } from '../command.ts';
import { aborted } from '../interruption.ts';
import { behaviourList } from '../options.ts';

export interface SandboxArguments {
  readonly cni: string;
  readonly nodes: number;
}

export const sandbox: Command<SandboxArguments> = {
  usage: 'sandbox',
  describe: 'Start the embedded cluster and keep it until Ctrl-C, for kubectl and further runs',
  options: (parser) =>
    parser
      .option('cni', {
        type: 'string',
        requiresArg: true,
        default: 'healthy',
        describe: 'How it behaves: of the list below, several joined by +',
      })
      .option('nodes', {
        type: 'number',
        requiresArg: true,
        default: 2,
        describe: 'How many nodes it has, 1 to 16',
      })
      .example('$0 sandbox', 'then, in another terminal, export the KUBECONFIG that it prints')
      .example('$0 sandbox --cni none', 'a cluster that ignores every policy')
      .epilogue(behaviourList('--cni')),
  execute: (options, context) =>
    withSandbox(options, context, async (sandbox) => {
      await context.terminal.out.write(introduction(sandbox));
      await aborted(context.interruption.signal);
      return EXIT.proven;
    }),
};

function introduction({ server, kubeconfigPath }: Sandbox): string {
  return `The sandbox answers at ${server}: a small cluster of its own on this machine. Its pods are processes in
network namespaces and its policies nftables rules; it is not your cluster, and not a whole Kubernetes.

  export KUBECONFIG=${kubeconfigPath}
  kubectl get pods --all-namespaces
  netproof run <scenario>

Ctrl-C ends it and leaves nothing behind.
`;
}
