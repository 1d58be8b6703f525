import type { Argv } from 'yargs';
import type { Subject } from '../../model/access.ts';
import { EXIT, NetproofError } from '../../model/errors.ts';
import type { Command } from '../command.ts';
import type { Purpose } from '../rights.ts';

/** The names of kubectl create rolebinding. */
interface SubjectArguments {
  readonly user: string | undefined;
  readonly group: string | undefined;
  readonly serviceaccount: string | undefined;
}

export interface RbacArguments extends SubjectArguments {
  readonly scenario: readonly string[];
  readonly for: Purpose;
  readonly 'control-namespace': string | undefined;
}

const PURPOSES: readonly Purpose[] = ['run', 'preflight', 'audit', 'explain', 'init'];

export const rbac: Command<RbacArguments> = {
  usage: 'rbac [scenario..]',
  describe: 'Print the least rights that a command needs, as YAML; no cluster is needed',
  options: (parser) =>
    subjectOptions(
      parser
        .positional('scenario', {
          type: 'string',
          array: true,
          default: [] as readonly string[],
          describe: 'Scenario file (YAML): one for run, any number for audit',
        })
        .option('for', {
          choices: PURPOSES,
          default: 'run' as Purpose,
          requiresArg: true,
          describe: 'The command; audit without a scenario means audit --passive',
        })
        .option('control-namespace', {
          type: 'string',
          requiresArg: true,
          describe:
            'For runs with this option, and preflights with --namespace: the canary and the controls go into a namespace that exists',
        }),
    )
      .example('$0 rbac three-tier.yaml --user jane | kubectl apply -f -', 'let jane run it')
      .example(
        '$0 rbac three-tier.yaml --serviceaccount ci:netproof',
        'as kubectl create rolebinding names it',
      )
      .example('$0 rbac --for explain --group devs', 'let them ask what policies allow'),
  execute: async ({ scenario, for: purpose, controlNamespace, ...subject }, { terminal }) => {
    const whom = subjectOf(subject);
    const { rightsFor } = await import('../rights.ts');
    const { describeRights } = await import('../../report/rights.ts');
    const rights = await rightsFor({ purpose, scenarios: scenario, controlNamespace });
    await terminal.out.write(describeRights(rights, whom));
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
