/** Access reviews: the one identity there is may do everything. */
import type { JsonObject } from './object.ts';

export const USER = {
  username: 'netproof-sandbox-admin',
  groups: ['system:masters', 'system:authenticated'],
};

const rules = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
  incomplete: false,
};

const ACCESS = { allowed: true, reason: 'the sandbox has one user, who may do everything' };

/** Group, resource and kind of each review, and its status. */
export const REVIEWS = [
  {
    group: 'authorization.k8s.io',
    plural: 'selfsubjectaccessreviews',
    kind: 'SelfSubjectAccessReview',
    status: ACCESS,
  },
  {
    group: 'authorization.k8s.io',
    plural: 'selfsubjectrulesreviews',
    kind: 'SelfSubjectRulesReview',
    status: rules,
  },
  {
    group: 'authentication.k8s.io',
    plural: 'selfsubjectreviews',
    kind: 'SelfSubjectReview',
    status: { userInfo: USER },
  },
] as const;

export type Review = (typeof REVIEWS)[number];

export const reviewAt = (group: string, version: string, plural: string): Review | undefined =>
  version === 'v1' ? REVIEWS.find((one) => one.group === group && one.plural === plural) : undefined;

export const answerReview = (review: Review, asked: JsonObject): object => ({
  ...asked,
  kind: review.kind,
  apiVersion: `${review.group}/v1`,
  metadata: { creationTimestamp: null },
  status: review.status,
});
