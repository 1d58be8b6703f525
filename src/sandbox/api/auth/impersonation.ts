/** Acting as somebody else (`kubectl --as`), for those who may (apiserver's pkg/endpoints/filters/impersonation). */
import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from '../refusal.ts';
import type { ResourceAttributes } from './attributes.ts';
import { AUTHENTICATED, type User, accountGroups, accountOf } from './user.ts';

const EXTRA = 'impersonate-extra-';

/** Node joins repeated headers by a comma and a blank; no name of a group has them. */
const values = (header: string | readonly string[] | undefined): readonly string[] =>
  (typeof header === 'string' ? header.split(', ') : (header ?? [])).filter((value) => value !== '');

const asking = (
  resource: string,
  name: string,
  more: Partial<ResourceAttributes> = {},
): ResourceAttributes => ({
  kind: 'resource',
  verb: 'impersonate',
  group: '',
  resource,
  subresource: '',
  namespace: '',
  name,
  ...more,
});

function extraOf(headers: IncomingHttpHeaders): Readonly<Record<string, readonly string[]>> {
  const own = Object.entries(headers).filter(([name]) => name.startsWith(EXTRA));
  return Object.fromEntries(
    own.map(([name, value]) => [decodeURIComponent(name.slice(EXTRA.length)), values(value)]),
  );
}

/** Every right that the caller needs to become this user. */
function needed({ username, uid, groups, extra = {} }: User): readonly ResourceAttributes[] {
  const account = accountOf(username);
  const group = 'authentication.k8s.io';
  return [
    account
      ? asking('serviceaccounts', account.name, { namespace: account.namespace })
      : asking('users', username),
    ...groups.map((name) => asking('groups', name)),
    ...Object.entries(extra).flatMap(([key, all]) =>
      all.map((value) => asking('userextras', value, { group, subresource: key })),
    ),
    ...(uid === undefined ? [] : [asking('uids', uid, { group })]),
  ];
}

/** The groups that come with a user's name if none are asked for. */
function groupsOf({ username, groups }: User): readonly string[] {
  const account = accountOf(username);
  const own = groups.length === 0 && account ? accountGroups(account.namespace) : groups;
  return own.includes(AUTHENTICATED) ? own : [...own, AUTHENTICATED];
}

/**
 * Whom the headers name; undefined if they name nobody. `demand` throws if the caller lacks a right.
 * Throws 500, as the real server does, for groups without a user.
 */
export function impersonated(
  headers: IncomingHttpHeaders,
  demand: (right: ResourceAttributes) => void,
): User | undefined {
  const [username] = values(headers['impersonate-user']);
  const [uid] = values(headers['impersonate-uid']);
  const groups = values(headers['impersonate-group']);
  const extra = extraOf(headers);
  const more = groups.length > 0 || uid !== undefined || Object.keys(extra).length > 0;
  if (username === undefined && !more) return undefined;
  if (username === undefined)
    throw new Refusal(500, 'InternalError', 'Internal Server Error: impersonation without a user');
  const user: User = { username, groups, extra, ...(uid === undefined ? {} : { uid }) };
  needed(user).forEach(demand);
  return { ...user, groups: groupsOf(user) };
}
