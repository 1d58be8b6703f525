/** A service account with the rights that netproof prints, and no other. */
import { writeFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import { KubeConfig } from '@kubernetes/client-node';
import { netproof } from '../../support/netproof.ts';
import { kubeconfig, send } from './api.ts';
import { apply, eventually, type Manifest, remove } from './objects.ts';
import { newFile } from './scenario.ts';

const NAMESPACE = 'default';
/** Of every role that the suite makes. */
export const ROLE_PREFIX = 'netproof-e2e-';

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

/**
 * With what `netproof run --dry-run` prints.
 *
 * @param without the verb and resource of a right that is left out, `create pods`
 */
export function accountFor(scenario: string, without?: string): Promise<Account> {
  return accountWith(['run', scenario, '--dry-run'], without);
}

/** @param printing arguments of the command that prints the rights */
export async function accountWith(printing: readonly string[], without?: string): Promise<Account> {
  accounts += 1;
  const name = `${ROLE_PREFIX}${process.pid}-${accounts}`;
  const user = `system:serviceaccount:${NAMESPACE}:${name}`;
  const printed = await printedRoles(printing, name, user);
  const roles = without === undefined ? printed : printed.map((role) => withoutRight(role, without));
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: NAMESPACE } };
  try {
    await apply(account, ...roles);
    await inForce(roles, user, without);
    return { kubeconfig: await kubeconfigOf(name), remove: () => remove(account, ...roles) };
  } catch (error) {
    await remove(account, ...roles);
    throw error;
  }
}

const known = new Map<string, Promise<string>>();

async function print(printing: readonly string[]): Promise<string> {
  const { stdout, stderr, code } = await netproof(printing);
  if (code !== 0) throw new Error(`no rights printed: ${stderr}`);
  const [whole, rights] = stdout.split('\nRights that the run needs:\n\n');
  return rights ?? whole ?? '';
}

/** What is printed, under a name of the account's own: many may be about at once, and somebody's own role is theirs. */
async function printedRoles(
  printing: readonly string[],
  name: string,
  user: string,
): Promise<readonly Manifest[]> {
  const key = JSON.stringify(printing);
  const text = known.get(key) ?? print(printing);
  known.set(key, text);
  const own = (await text)
    .replaceAll('CHANGE-ME', user)
    .replaceAll(/name: netproof([-a-z]*)$/gm, `name: ${name}$1`);
  return loadAll(own) as Manifest[];
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

interface Review {
  readonly status: { readonly allowed: boolean };
}

/** @param resource with its subresource, `pods/log` */
async function can(
  user: string,
  verb: string,
  group: string,
  resource: string,
  namespace?: string,
): Promise<boolean> {
  const [plural = '', subresource] = resource.split('/');
  const resourceAttributes = { verb, group, resource: plural, subresource, namespace };
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user, resourceAttributes },
  };
  const { status } = await send<Review>('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', review);
  return status.allowed;
}

/** Resolves when the API server's authorizer has read the roles: it learns of them by a watch. */
async function inForce(manifests: readonly Manifest[], user: string, without?: string): Promise<void> {
  for (const { kind, metadata, ...role } of manifests) {
    const [rule] = (role['rules'] ?? []) as Rule[];
    if (!kind.endsWith('Role') || rule === undefined) continue;
    const { verbs, apiGroups, resources } = rule;
    await eventually(
      () => can(user, verbs[0] ?? '', apiGroups[0] ?? '', resources[0] ?? '', metadata.namespace),
      Boolean,
    );
  }
  if (without === undefined) return;
  const [verb = '', resource = ''] = without.split(' ');
  const group = manifests
    .flatMap((role) => (role['rules'] ?? []) as Rule[])
    .find(({ resources }) => resources.includes(resource));
  expectDenied(await can(user, verb, group?.apiGroups[0] ?? '', resource), without);
}

function expectDenied(allowed: boolean, right: string): void {
  if (allowed) throw new Error(`may still ${right}, by another role`);
}

async function kubeconfigOf(account: string): Promise<string> {
  const file = newFile('kubeconfig');
  writeFileSync(file, withToken(await tokenOf(account)).exportConfig(), { mode: 0o600 });
  return file;
}

/** Of a service account in `default`, for an hour. */
export async function tokenOf(account: string): Promise<string> {
  const path = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${account}/token`;
  const spec = { expirationSeconds: 3600 };
  const asked = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
  const { status } = await send<{ readonly status: { readonly token: string } }>('POST', path, asked);
  return status.token;
}

/** The same cluster as somebody else. */
export function withToken(token: string): KubeConfig {
  const cluster = kubeconfig().getCurrentCluster();
  if (cluster === null) throw new Error('the kubeconfig names no cluster');
  const config = new KubeConfig();
  config.loadFromClusterAndUser(cluster, { name: 'other', token });
  return config;
}
