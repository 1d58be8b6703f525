/** Who asks, by the names and groups that RBAC grants rights to. */

export interface User {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Members may do everything, whatever the roles say. */
export const MASTERS = 'system:masters';
export const AUTHENTICATED = 'system:authenticated';

/** Whoever has the sandbox's own kubeconfig. */
export const ADMIN: User = { username: 'netproof-sandbox-admin', groups: [MASTERS, AUTHENTICATED] };

const ACCOUNT = 'system:serviceaccount:';
const ACCOUNTS = 'system:serviceaccounts';

export interface AccountName {
  readonly namespace: string;
  readonly name: string;
}

export const accountUsername = ({ namespace, name }: AccountName): string => `${ACCOUNT}${namespace}:${name}`;

export const accountGroups = (namespace: string): readonly string[] => [ACCOUNTS, `${ACCOUNTS}:${namespace}`];

/** The service account that has this user name; undefined for anybody else. */
export function accountOf(username: string): AccountName | undefined {
  const [namespace = '', name = '', ...more] = username.startsWith(ACCOUNT)
    ? username.slice(ACCOUNT.length).split(':')
    : [];
  return namespace !== '' && name !== '' && more.length === 0 ? { namespace, name } : undefined;
}
