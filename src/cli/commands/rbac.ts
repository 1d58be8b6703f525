import type { Argv } from 'yargs';
import type { Subject } from '../../model/access.ts';
import { EXIT, NetproofError } from '../../model/errors.ts';
import type { Command } from '../command.ts';
import { newRunId } from '../launch.ts';

/** The names of kubectl create rolebinding. */
interface SubjectArguments {
  readonly user: string | undefined;
  readonly group: string | undefined;
  readonly serviceaccount: string | undefined;
}

export interface RbacArguments extends SubjectArguments {
  readonly scenario: string;
  readonly 'control-namespace': string | undefined;
}

export const rbac: Command<RbacArguments> = {
  usage: 'rbac <scenario>',
  describe: 'Print the least rights that a run of a scenario needs, as YAML; no cluster is needed',
  options: (parser) =>
    subjectOptions(
      parser
        .positional('scenario', { type: 'string', demandOption: true, describe: 'Scenario file (YAML)' })
        .option('control-namespace', {
          type: 'string',
          requiresArg: true,
          describe: 'For runs with this option: the canary and the controls go into a namespace that exists',
        }),
    )
      .example('$0 rbac three-tier.yaml --user jane | kubectl apply -f -', 'let jane run it')
      .example(
        '$0 rbac three-tier.yaml --serviceaccount ci:netproof',
        'as kubectl create rolebinding names it',
      ),
  execute: async ({ scenario, controlNamespace, ...subject }, { terminal }) => {
    const whom = subjectOf(subject);
    const { loadScenario } = await import('../../scenario/load.ts');
    const { nodeFiles } = await import('../../scenario/files.ts');
    const { planRun } = await import('../../plan/plan.ts');
    const { describeRights } = await import('../../report/rights.ts');
    const { detectionRights } = await import('../../preflight/detect/rights.ts');
    const { predictionRights } = await import('../../prediction/rights.ts');
    const plan = planRun(await loadScenario(scenario, nodeFiles), { runId: newRunId(), controlNamespace });
    const optional = [...detectionRights(), ...predictionRights(plan)];
    await terminal.out.write(describeRights(plan.rbac, optional, whom));
    return EXIT.proven;
  },
};

function subjectOptions<T>(parser: Argv<T>) {
  return parser
    .option('user', { type: 'string', requiresArg: true, describe: 'Bind the roles to this user' })
    .option('group', { type: 'string', requiresArg: true, describe: 'Bind the roles to this group' })
    .option('serviceaccount', {
      type: 'string',
      requiresArg: true,
      describe: 'Bind the roles to this service account, namespace:name',
    })
    .conflicts({ user: ['group', 'serviceaccount'], group: 'serviceaccount' });
}

function subjectOf({ user, group, serviceaccount }: SubjectArguments): Subject | undefined {
  if (user !== undefined) return { kind: 'User', name: user };
  if (group !== undefined) return { kind: 'Group', name: group };
  if (serviceaccount === undefined) return undefined;
  const [namespace, name, ...rest] = serviceaccount.split(':');
  if (!namespace || !name || rest.length > 0) {
    throw new NetproofError('usage', `--serviceaccount ${serviceaccount} is not a namespace and a name`, {
      hint: 'for example --serviceaccount ci:netproof',
    });
  }
  return { kind: 'ServiceAccount', namespace, name };
}
