/**
 * Creating and changing objects, as the API server does it: decode, default, validate, admit, store. All of it
 * is synchronous, so that reading, judging and storing are one step. A resource's model must have been loaded.
 */
import { randomInt, randomUUID } from 'node:crypto';
import { admit, admitNamespace } from './admission/admit.ts';
import { type FieldValidation, readObject } from './body.ts';
import type { AllocateClusterIp } from './cluster-ip.ts';
import {
  type JsonObject,
  type KubeObject,
  type Meta,
  type Service,
  isJsonObject,
  same,
  timestamp,
} from './object.ts';
import { alreadyExists, badRequest, conflict, invalid, modified, notFound } from './refusal.ts';
import { type Resource, storeName } from './resource.ts';
import type { Revision, Store } from './store.ts';
import { checkMeta, checkMetaUpdate } from './validation/meta.ts';

export interface WriteOptions {
  readonly dryRun?: boolean;
  readonly fieldValidation?: FieldValidation;
  /** Whether the one who asks may store this; throws a Refusal if not. Absent for the cluster's own parts. */
  readonly permit?: (resource: Resource, object: KubeObject) => void;
}

export interface Written {
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

export interface RestContext {
  readonly store: Store;
  readonly now: () => number;
  readonly allocateClusterIp: AllocateClusterIp;
}

/** No vowels and nothing that looks alike, as apimachinery's rand.String. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const suffix = (): string => Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
const MAX_BASE = 58;

export class Rest {
  readonly context: RestContext;
  constructor(context: RestContext) {
    this.context = context;
  }

  get(resource: Resource, namespace: string, name: string): Revision {
    const found = this.context.store.revision(storeName(resource), namespace, name);
    if (!found) throw notFound(resource, name);
    return found;
  }

  create(resource: Resource, namespace: string, json: JsonObject, options: WriteOptions = {}): Written {
    const { object: given, warnings } = readObject(json, resource, options.fieldValidation ?? 'Warn');
    const named = this.#newMeta(resource, namespace, given);
    const asked = (object: KubeObject): KubeObject => (given.metadata.name ? object : unnamed(object));
    if (resource.namespaced) admitNamespace(resource, asked(named), this.context.store);
    const object = this.#defaulted(resource, named);
    const faults = [...checkMeta(object, resource.name), ...resource.validate(object)];
    if (faults.length > 0) throw invalid(resource, object.metadata.name, faults);
    options.permit?.(resource, asked(object));
    const admission = admit(resource, asked(object), this.context.store);
    const allocated = storeName(resource) === 'services' ? this.#allocated(object) : object;
    const stored = options.dryRun ? this.#pretend(resource, allocated) : this.#store(resource, allocated);
    return { object: stored, warnings: [...warnings, ...admission.warnings] };
  }

  /**
   * Replaces an object by what `change` makes of the stored one. With `status`, only its status is taken; without,
   * everything else. `change` gives a whole object, as a PUT's body or a patch's result is.
   */
  update(
    resource: Resource,
    namespace: string,
    name: string,
    change: (current: KubeObject) => JsonObject,
    options: WriteOptions & { readonly subresource?: 'status' } = {},
  ): Written {
    const current = this.get(resource, namespace, name).object;
    const shown = resource.view ? resource.view.fromStored(current) : current;
    const { object: given, warnings } = readObject(
      change(shown),
      resource,
      options.fieldValidation ?? 'Warn',
    );
    this.#checkPreconditions(resource, given, current);
    const next =
      options.subresource === 'status'
        ? { ...current, status: given.status }
        : this.#changed(resource, given, current);
    if (same(next, current)) return { object: current, warnings };
    const faults = [
      ...checkMeta(next, resource.name),
      ...checkMetaUpdate(next, current),
      ...(options.subresource ? [] : [...resource.validate(next), ...resource.validateUpdate(next, current)]),
    ];
    if (faults.length > 0) throw invalid(resource, name, faults);
    options.permit?.(resource, next);
    return { object: options.dryRun ? next : this.#replace(resource, next), warnings };
  }

  #newMeta(resource: Resource, namespace: string, { metadata, ...rest }: KubeObject): KubeObject {
    const given = metadata.namespace;
    if (resource.namespaced && given !== undefined && given !== '' && given !== namespace)
      throw badRequest(
        'the namespace of the provided object does not match the namespace sent on the request',
      );
    if (metadata.resourceVersion)
      throw badRequest('resourceVersion should not be set on objects to be created');
    const { labels, annotations, ownerReferences, finalizers, generateName, managedFields } = metadata;
    const name = metadata.name || (generateName ? `${generateName.slice(0, MAX_BASE)}${suffix()}` : '');
    const kept = { generateName, labels, annotations, ownerReferences, finalizers, managedFields };
    return {
      ...rest,
      metadata: {
        name,
        ...(resource.namespaced ? { namespace } : {}),
        ...Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)),
        uid: '',
        resourceVersion: '',
        creationTimestamp: '',
        ...(resource.hasGeneration ? { generation: 1 } : {}),
      },
    };
  }

  #defaulted(resource: Resource, object: KubeObject): KubeObject {
    const { status: _status, ...rest } = object;
    if (!resource.hasStatus) return resource.defaults(object);
    const defaulted = resource.defaults(rest);
    return { ...defaulted, status: resource.initialStatus(defaulted) };
  }

  #allocated(object: KubeObject): KubeObject {
    return this.context.allocateClusterIp(object as unknown as Service) as unknown as KubeObject;
  }

  #store(resource: Resource, object: KubeObject): KubeObject {
    const stored = this.context.store.create(storeName(resource), object);
    if (!stored) throw alreadyExists(resource, object.metadata.name);
    return stored;
  }

  #pretend(resource: Resource, object: KubeObject): KubeObject {
    const { namespace = '', name } = object.metadata;
    if (this.context.store.revision(storeName(resource), namespace, name))
      throw alreadyExists(resource, name);
    const { resourceVersion: _version, ...metadata } = object.metadata;
    return {
      ...object,
      metadata: { ...metadata, uid: randomUUID(), creationTimestamp: timestamp(this.context.now()) } as Meta,
    };
  }

  #checkPreconditions(resource: Resource, given: KubeObject, current: KubeObject): void {
    const { name, uid, resourceVersion } = given.metadata;
    if (name && name !== current.metadata.name)
      throw badRequest(
        `the name of the object (${name}) does not match the name on the URL (${current.metadata.name})`,
      );
    if (uid && uid !== current.metadata.uid)
      throw conflict(
        resource,
        current.metadata.name,
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`,
      );
    if (resourceVersion && resourceVersion !== current.metadata.resourceVersion)
      throw modified(resource, current.metadata.name);
  }

  /** The object after a change of anything but its status: what the system owns stays. */
  #changed(resource: Resource, given: KubeObject, current: KubeObject): KubeObject {
    const { labels, annotations, ownerReferences, finalizers, managedFields } = given.metadata;
    const own = { labels, annotations, ownerReferences, finalizers, managedFields };
    const {
      labels: _labels,
      annotations: _annotations,
      ownerReferences: _owners,
      finalizers: _finalizers,
      managedFields: _managed,
      ...fixed
    } = current.metadata;
    const { status: _status, ...rest } = given;
    const merged: KubeObject = {
      ...rest,
      metadata: {
        ...fixed,
        ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)),
      },
      ...(resource.hasStatus ? { status: current.status } : {}),
    };
    // An address once given stays when the client leaves it out.
    const kept = storeName(resource) === 'services' ? keepAddress(merged, current) : merged;
    const next = resource.defaults(kept);
    if (!resource.hasGeneration || same(next.spec, current.spec)) return next;
    return { ...next, metadata: { ...next.metadata, generation: (current.metadata.generation ?? 0) + 1 } };
  }

  #replace(resource: Resource, next: KubeObject): KubeObject {
    const { store } = this.context;
    const { namespace = '', name, uid, finalizers = [], deletionTimestamp } = next.metadata;
    const stored = store.replace(storeName(resource), next);
    if (!stored) throw notFound(resource, name);
    const done = deletionTimestamp !== undefined && finalizers.length === 0;
    // A pod's deletion ends when its kubelet says so, a namespace's when it is empty.
    if (done && !['pods', 'namespaces'].includes(storeName(resource)))
      store.remove(storeName(resource), namespace, name, uid);
    return stored;
  }
}

/** As admission sees an object whose name is still to be made, and names it in refusals: `web-`. */
function unnamed(object: KubeObject): KubeObject {
  return { ...object, metadata: { ...object.metadata, name: object.metadata.generateName ?? '' } };
}

function keepAddress(next: KubeObject, current: KubeObject): KubeObject {
  const spec = (next as unknown as Service).spec ?? {};
  const old = (current as unknown as Service).spec ?? {};
  if (spec.clusterIP || spec.type === 'ExternalName') return next;
  return { ...next, spec: { ...spec, clusterIP: old.clusterIP, clusterIPs: old.clusterIPs } };
}

/** A body that must be an object. Throws 400. */
export function objectBody(json: unknown): JsonObject {
  const value = json as JsonObject;
  if (!isJsonObject(value)) throw badRequest('the object provided is not a JSON object');
  return value;
}
