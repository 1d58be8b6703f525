/** A service account with the rights that `netproof run --dry-run` prints, and no other. */
import { writeFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import { netproof } from '../../support/netproof.ts';
import { apply, eventually, kubectl, type Manifest } from './kubectl.ts';
import { KUBECONFIG } from './place.ts';
import { newFile } from './scenario.ts';

const NAMESPACE = 'default';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

export interface Account {
  readonly kubeconfig: string;
  remove(): Promise<void>;
}

let accounts = 0;

/** @param without the verb and resource of a right that is left out, `create pods` */
export async function accountFor(scenario: string, without?: string): Promise<Account> {
  accounts += 1;
  const name = `netproof-e2e-${process.pid}-${accounts}`;
  const user = `system:serviceaccount:${NAMESPACE}:${name}`;
  const printed = await printedRoles(scenario, user);
  const roles = without === undefined ? printed : printed.map((role) => withoutRight(role, without));
  await refuseForeignRoles(roles);
  const manifests = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: NAMESPACE } },
    ...roles,
  ];
  const remove = async (): Promise<void> => {
    await kubectl(['delete', '--ignore-not-found', '-f', '-'], asList(manifests));
  };
  try {
    await apply(...manifests);
    await inForce(roles, user, without);
    return { kubeconfig: await kubeconfigOf(name), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function printedRoles(scenario: string, user: string): Promise<readonly Manifest[]> {
  const { stdout, code } = await netproof(['run', scenario, '--dry-run']);
  const [, rights] = stdout.split('\nRights that the run needs:\n\n');
  if (code !== 0 || rights === undefined) throw new Error(`no rights printed: ${stdout}`);
  return loadAll(rights.replaceAll('CHANGE-ME', user)) as Manifest[];
}

function withoutRight(role: Manifest, right: string): Manifest {
  const [unwanted, resource = ''] = right.split(' ');
  if (!('rules' in role)) return role;
  const rules = (role['rules'] as Rule[]).flatMap((rule) => [
    { ...rule, resources: rule.resources.filter((each) => each !== resource) },
    {
      ...rule,
      resources: rule.resources.filter((each) => each === resource),
      verbs: rule.verbs.filter((verb) => verb !== unwanted),
    },
  ]);
  return { ...role, rules: rules.filter(({ resources, verbs }) => resources.length > 0 && verbs.length > 0) };
}

/** The printed name is fixed: somebody's own role of that name must not be replaced by a test. */
async function refuseForeignRoles(manifests: readonly Manifest[]): Promise<void> {
  for (const { kind, metadata } of manifests) {
    const where = metadata.namespace === undefined ? [] : ['-n', metadata.namespace];
    const found = await kubectl(['get', kind, metadata.name, ...where, '--ignore-not-found', '-o', 'name']);
    if (found !== '')
      throw new Error(`the cluster has a ${found.trim()} already, which the suite will not touch`);
  }
}

/** Resolves when the API server's authorizer has read the roles: it learns of them by a watch. */
async function inForce(manifests: readonly Manifest[], user: string, without?: string): Promise<void> {
  const can = async (args: readonly string[]): Promise<boolean> => {
    const answer = await kubectl(['auth', 'can-i', ...args, '--as', user]).catch((error: unknown) =>
      String(error),
    );
    return answer.startsWith('yes');
  };
  for (const { kind, metadata, ...role } of manifests) {
    const [rule] = (role['rules'] ?? []) as Rule[];
    if (!kind.endsWith('Role') || rule === undefined) continue;
    const [group = ''] = rule.apiGroups;
    const what = [rule.verbs[0] ?? '', `${rule.resources[0] ?? ''}${group === '' ? '' : `.${group}`}`];
    const where = metadata.namespace === undefined ? ['-A'] : ['-n', metadata.namespace];
    await eventually(() => can([...what, ...where]), Boolean);
  }
  if (without === undefined) return;
  const [verb = '', resource = ''] = without.split(' ');
  const [plural = '', subresource = ''] = resource.split('/');
  const denied = [verb, plural, `--subresource=${subresource}`, '-A'];
  await eventually(
    () => can(denied),
    (yes) => !yes,
  );
}

async function kubeconfigOf(account: string): Promise<string> {
  const token = (await kubectl(['create', 'token', account, '-n', NAMESPACE, '--duration=1h'])).trim();
  const config = JSON.parse(
    await kubectl([
      'config',
      'view',
      '--minify',
      '--flatten',
      '--raw',
      '-o',
      'json',
      '--kubeconfig',
      KUBECONFIG,
    ]),
  ) as { users: { name: string }[] };
  const users = config.users.map(({ name }) => ({ name, user: { token } }));
  const file = newFile('kubeconfig');
  writeFileSync(file, JSON.stringify({ ...config, users }), { mode: 0o600 });
  return file;
}

function asList(items: readonly Manifest[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}
