/** Questions about rights and identities, answered by the same rules that requests are judged by. */
import { type Json, type JsonObject, isJsonObject } from '../object.ts';
import { badRequest, invalid } from '../refusal.ts';
import type { Store } from '../store.ts';
import { invalidValue } from '../validation/field.ts';
import type { Attributes } from './attributes.ts';
import type { Guard } from './guard.ts';
import { authorize, rulesFor } from './rbac.ts';
import type { User } from './user.ts';

export interface Reviewer {
  readonly store: Store;
  readonly guard: Guard;
  readonly user: User;
}

export interface Review {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Throws 400 or 422 for a question that makes no sense. */
  readonly status: (asked: JsonObject, reviewer: Reviewer, namespace: string) => object;
}

const AUTHORIZATION = 'authorization.k8s.io';
const AUTHENTICATION = 'authentication.k8s.io';

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const fieldOf = (value: Json | undefined, name: string): JsonObject | undefined => {
  const field = isJsonObject(value) ? value[name] : undefined;
  return isJsonObject(field) ? field : undefined;
};

/** Throws 422 unless the question is about exactly one of a resource and a path. */
function attributesOf(asked: JsonObject, kind: string): Attributes {
  const resource = fieldOf(asked['spec'], 'resourceAttributes');
  const path = fieldOf(asked['spec'], 'nonResourceAttributes');
  if ((resource === undefined) === (path === undefined))
    throw invalid({ group: AUTHORIZATION, kind }, '', [
      invalidValue(
        'spec.resourceAttributes',
        resource ?? null,
        resource === undefined
          ? 'exactly one of nonResourceAttributes or resourceAttributes must be specified'
          : 'cannot be specified in combination with nonResourceAttributes',
      ),
    ]);
  if (path) return { kind: 'path', verb: text(path['verb']), path: text(path['path']) };
  return {
    kind: 'resource',
    verb: text(resource?.['verb']),
    group: text(resource?.['group']),
    resource: text(resource?.['resource']),
    subresource: text(resource?.['subresource']),
    namespace: text(resource?.['namespace']),
    name: text(resource?.['name']),
  };
}

/** Whom a review by somebody else is about. Throws 422 if it names nobody. */
function subjectOf(asked: JsonObject, kind: string): User {
  const spec = isJsonObject(asked['spec']) ? asked['spec'] : {};
  const username = text(spec['user']);
  const groups = Array.isArray(spec['groups']) ? spec['groups'].map(text) : [];
  if (username === '' && groups.length === 0)
    throw invalid({ group: AUTHORIZATION, kind }, '', [
      invalidValue('spec.user', username, 'at least one of user or group must be specified'),
    ]);
  return { username, groups };
}

function answer(store: Store, user: User, attributes: Attributes): object {
  const { allowed, reason } = authorize(store, user, attributes);
  return { allowed, ...(reason === '' ? {} : { reason }) };
}

const shown = ({ username, uid, groups, extra }: User): object => ({
  username,
  ...(uid === undefined ? {} : { uid }),
  groups,
  ...(extra === undefined ? {} : { extra }),
});

function rulesStatus(asked: JsonObject, { store, user }: Reviewer): object {
  const namespace = text(isJsonObject(asked['spec']) ? asked['spec']['namespace'] : undefined);
  if (namespace === '') throw badRequest('no namespace on request');
  const rules = rulesFor(store, user, namespace);
  return {
    resourceRules: rules
      .filter(({ resources }) => resources?.length)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        apiGroups,
        resources,
        resourceNames,
      })),
    nonResourceRules: rules
      .filter(({ nonResourceURLs }) => nonResourceURLs?.length)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: false,
  };
}

function localStatus(asked: JsonObject, { store }: Reviewer, namespace: string): object {
  const kind = 'LocalSubjectAccessReview';
  const attributes = attributesOf(asked, kind);
  if (attributes.kind === 'path' || attributes.namespace !== namespace)
    throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${namespace}`);
  return answer(store, subjectOf(asked, kind), attributes);
}

function tokenStatus(asked: JsonObject, { guard }: Reviewer): object {
  const token = text(isJsonObject(asked['spec']) ? asked['spec']['token'] : undefined);
  const user = guard.userOf(token);
  return user ? { authenticated: true, user: shown(user) } : { user: {}, error: 'invalid bearer token' };
}

const review = (group: string, kind: string, status: Review['status'], namespaced = false): Review => ({
  group,
  kind,
  plural: `${kind.toLowerCase()}s`,
  namespaced,
  status,
});

export const REVIEWS: readonly Review[] = [
  review(AUTHORIZATION, 'SelfSubjectAccessReview', (asked, { store, user }) =>
    answer(store, user, attributesOf(asked, 'SelfSubjectAccessReview')),
  ),
  review(AUTHORIZATION, 'SubjectAccessReview', (asked, { store }) =>
    answer(store, subjectOf(asked, 'SubjectAccessReview'), attributesOf(asked, 'SubjectAccessReview')),
  ),
  review(AUTHORIZATION, 'LocalSubjectAccessReview', localStatus, true),
  review(AUTHORIZATION, 'SelfSubjectRulesReview', rulesStatus),
  review(AUTHENTICATION, 'SelfSubjectReview', (_asked, { user }) => ({ userInfo: shown(user) })),
  review(AUTHENTICATION, 'TokenReview', tokenStatus),
];

export const reviewAt = (group: string, version: string, plural: string): Review | undefined =>
  version === 'v1' ? REVIEWS.find((one) => one.group === group && one.plural === plural) : undefined;

/** Throws 400 or 422. */
export const answerReview = (
  { kind, group, status }: Review,
  asked: JsonObject,
  reviewer: Reviewer,
  namespace = '',
): object => ({
  ...asked,
  kind,
  apiVersion: `${group}/v1`,
  metadata: { creationTimestamp: null },
  status: status(asked, reviewer, namespace),
});
