/** What is asked of a cluster beside its objects: version, APIs, who we are and may do, pod templates. */
import type { Subject } from '../model/access.ts';
import type { Api } from './api.ts';
import type { Access } from './cluster.ts';
import { unlessMissing } from './objects.ts';
import {
  ACCESS_REVIEW,
  apiVersionOf,
  pathOf,
  SELF_REVIEW,
  type WorkloadKind,
  WORKLOADS,
} from './resources.ts';
import type { V1Pod, V1PodTemplateSpec } from './types.ts';

export async function serverVersion(api: Api): Promise<string> {
  const { gitVersion } = await api.json<{ readonly gitVersion: string }>({ path: '/version' });
  return gitVersion;
}

export async function isAllowed(api: Api, access: Access): Promise<boolean> {
  const review = await api.json<{ readonly status?: { readonly allowed?: boolean } }>({
    method: 'POST',
    path: pathOf(ACCESS_REVIEW),
    body: {
      apiVersion: apiVersionOf(ACCESS_REVIEW),
      kind: ACCESS_REVIEW.kind,
      spec: { resourceAttributes: access },
    },
  });
  return review.status?.allowed === true;
}

export async function apiVersions(api: Api): Promise<readonly string[]> {
  const { groups } = await api.json<{
    readonly groups?: readonly { readonly versions?: readonly { readonly groupVersion?: string }[] }[];
  }>({ path: '/apis' });
  return (groups ?? []).flatMap(
    ({ versions }) => versions?.map(({ groupVersion }) => groupVersion ?? '') ?? [],
  );
}

interface SelfReview {
  readonly status?: { readonly userInfo?: { readonly username?: string } };
}

export async function ownSubject(api: Api): Promise<Subject | undefined> {
  const review = await unlessMissing(() =>
    api.json<SelfReview>({
      method: 'POST',
      path: pathOf(SELF_REVIEW),
      body: { apiVersion: apiVersionOf(SELF_REVIEW), kind: SELF_REVIEW.kind },
    }),
  );
  const username = review?.status?.userInfo?.username;
  return username === undefined || username === '' ? undefined : subjectNamed(username);
}

/** A service account's user name has its namespace in it (ServiceAccountUsernamePrefix). */
function subjectNamed(username: string): Subject {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(username) ?? [];
  return namespace !== undefined && name !== undefined
    ? { kind: 'ServiceAccount', namespace, name }
    : { kind: 'User', name: username };
}

interface Templated {
  readonly spec?: { readonly template?: V1PodTemplateSpec };
}
interface CronJob {
  readonly spec?: { readonly jobTemplate?: Templated };
}

export async function podTemplateOf(
  api: Api,
  kind: WorkloadKind,
  namespace: string,
  name: string,
): Promise<V1PodTemplateSpec | undefined> {
  const object = await unlessMissing(() =>
    api.json<unknown>({ path: pathOf(WORKLOADS[kind], namespace, name) }),
  );
  if (object === undefined) return undefined;
  switch (kind) {
    case 'pod': {
      const { metadata, spec } = object as V1Pod;
      return { ...(metadata && { metadata }), ...(spec && { spec }) };
    }
    case 'cronjob':
      return (object as CronJob).spec?.jobTemplate?.spec?.template;
    case 'deployment':
    case 'statefulset':
    case 'daemonset':
    case 'replicaset':
    case 'job':
      return (object as Templated).spec?.template;
  }
}
