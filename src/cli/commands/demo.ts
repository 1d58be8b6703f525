import { fileURLToPath } from 'node:url';
import { EXIT, type ExitCode } from '../../model/errors.ts';
import type { RunResult } from '../../model/result.ts';
import { packageFile } from '../../package.ts';
import type { Loaded } from '../../plan/plan.ts';
import { connectToSandbox, withSandbox } from '../clusters.ts';
import type { Command, Context } from '../command.ts';
import { launch, type Launch, newRunId } from '../launch.ts';
import type { Stream } from '../terminal.ts';

const SCENARIO = fileURLToPath(packageFile('scenarios/three-tier/scenario.yaml'));

export const demo: Command<unknown> = {
  usage: 'demo',
  describe: 'See it work in a minute, on the embedded cluster: a healthy network, then a broken one',
  options: (parser) => parser.example('$0 demo', 'no cluster, no kubeconfig, nothing left behind'),
  execute: async (_, context) => {
    const { loadScenario } = await import('../../scenario/load.ts');
    const { nodeFiles } = await import('../../scenario/files.ts');
    const loaded = await loadScenario(SCENARIO, nodeFiles);
    const { out } = context.terminal;
    await out.write(introduction(loaded));
    return withSandbox({ cni: 'healthy', nodes: 2 }, context, async (sandbox) => {
      const cluster = await connectToSandbox(sandbox);
      const healthy = await play(loaded, { cluster, skipPreflight: false }, context);
      await out.write(INTERLUDE);
      await sandbox.setCni('none');
      const broken = await play(loaded, { cluster, skipPreflight: true }, context);
      await out.write(CONCLUSION);
      // A demonstration in which either network came out as the other would be a false one.
      return healthy === EXIT.proven && broken === EXIT.failed ? EXIT.proven : EXIT.incomplete;
    });
  },
};

async function play(
  loaded: Loaded,
  where: Pick<Launch, 'cluster' | 'skipPreflight'>,
  context: Context,
): Promise<ExitCode> {
  const report = (result: RunResult): Promise<void> => show(result, context.terminal.out);
  const { summary } = await launch(
    loaded,
    { ...where, sandbox: true, exhaustive: false, runId: newRunId(), report },
    context,
  );
  return summary.exitCode;
}

async function show(result: RunResult, out: Stream): Promise<void> {
  const { renderBrief } = await import('../../report/table.ts');
  const text = renderBrief(result, {
    wide: false,
    color: out.color,
    unicode: out.unicode,
    width: out.columns,
  });
  await out.write(`\n${text}\n`);
}

function introduction({ scenario, matrix }: Loaded): string {
  const allowed = matrix.cells.filter(({ expect }) => expect === 'allow').length;
  const denied = matrix.cells.length - allowed;
  return `netproof demo: scenario ${scenario.name} on netproof's own sandbox

The sandbox is a small cluster inside this machine: pods are processes in
network namespaces, policies are nftables rules, and the packets are real.
It is not your cluster, and needs none.

1. A network plugin that enforces policies

   Short-lived probe pods try ${matrix.cells.length} connections: ${allowed} must get through, ${denied} must not.
   One counts as stopped only if its listener was listening, its source could
   speak, and no packet of it arrived.

`;
}

const INTERLUDE = `
2. The same policies on a network plugin that ignores them

   kubectl lists the same NetworkPolicies there, and nothing looks wrong.
   (A normal run tests the cluster first and refuses here with exit code 3;
   the demo skips that test to show what is open.)

`;

const CONCLUSION = `
Same policies, same pods, another network plugin: only packets tell the
difference. On your own cluster, the first command says what it would do, the
second does it and cleans up:

  node bin/netproof.js run scenarios/three-tier/scenario.yaml --dry-run
  node bin/netproof.js run scenarios/three-tier/scenario.yaml
`;
