/** Validating admission of a new object: each plugin refuses with the real one's words. */
import type { KubeObject, Namespace, Pod } from '../object.ts';
import { forbidden, notFound } from '../refusal.ts';
import { type Resource, storeName } from '../resource.ts';
import type { Store } from '../store.ts';
import { namespaces } from '../kinds/core.ts';
import { sandboxLimit } from './limits.ts';
import { podSecurityFault } from './pod-security.ts';
import { quotaFault } from './quota.ts';

/** The namespace must exist and must not be going away. Comes before validation. */
export function admitNamespace(resource: Resource, object: KubeObject, store: Store): void {
  const name = object.metadata.namespace ?? '';
  const namespace = store.get('namespaces', '', name);
  if (!namespace) throw notFound(namespaces, name);
  if (!namespace.metadata.deletionTimestamp) return;
  const message = `namespace ${name} is being terminated`;
  throw forbidden(
    resource,
    object.metadata.name,
    `unable to create new content in namespace ${name} because it is being terminated`,
    [{ reason: 'NamespaceTerminating', message, field: 'metadata.namespace' }],
  );
}

function admitPod(pod: Pod, resource: Resource, namespace: Namespace, store: Store): void {
  const { name } = pod.metadata;
  const account = pod.spec.serviceAccountName ?? 'default';
  if (!store.get('serviceaccounts', namespace.metadata.name, account))
    throw forbidden(
      resource,
      name,
      `error looking up service account ${namespace.metadata.name}/${account}: serviceaccount "${account}" not found`,
    );
  const fault = podSecurityFault(pod, namespace, 'enforce');
  if (fault) throw forbidden(resource, name, `violates PodSecurity ${fault}`);
}

export interface Admission {
  /** For the Warning header. */
  readonly warnings: readonly string[];
}

/** Throws the refusal of the first plugin that refuses. */
export function admit(resource: Resource, object: KubeObject, store: Store): Admission {
  const limit = sandboxLimit(storeName(resource), object);
  const namespace = store.get('namespaces', '', object.metadata.namespace ?? '');
  const pod = storeName(resource) === 'pods' ? (object as unknown as Pod) : undefined;
  if (pod && namespace) admitPod(pod, resource, namespace, store);
  if (limit) throw forbidden(resource, object.metadata.name, limit);
  const quota = namespace && quotaFault(storeName(resource), namespace.metadata.name, store);
  if (quota) throw forbidden(resource, object.metadata.name, quota);
  const warning = pod && namespace && podSecurityFault(pod, namespace, 'warn');
  return { warnings: warning ? [`would violate PodSecurity ${warning}`] : [] };
}
