/** What the API server answers when it refuses: a metav1.Status, thrown. Messages are the real server's. */
import type { FieldError } from './validation/field.ts';

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Record<string, never>;
  readonly status: 'Failure' | 'Success';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: {
    readonly name?: string;
    readonly group?: string;
    readonly kind?: string;
    readonly uid?: string;
    readonly causes?: readonly StatusCause[];
    readonly retryAfterSeconds?: number;
  };
  readonly code: number;
}

type Details = NonNullable<Status['details']>;

export class Refusal extends Error {
  readonly body: Status;
  constructor(code: number, reason: string, message: string, details?: Details) {
    super(message);
    this.name = 'Refusal';
    this.body = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      ...(details ? { details } : {}),
      code,
    };
  }
}

/** What a message names: `pods`, `networkpolicies.networking.k8s.io`. */
export interface ResourceName {
  readonly group: string;
  readonly plural: string;
}

const qualified = ({ group, plural }: ResourceName): string => (group ? `${plural}.${group}` : plural);

const about = ({ group, plural }: ResourceName, name: string): Details => ({
  ...(name ? { name } : {}),
  ...(group ? { group } : {}),
  kind: plural,
});

export const badRequest = (message: string): Refusal => new Refusal(400, 'BadRequest', message);

export const unauthorized = (): Refusal => new Refusal(401, 'Unauthorized', 'Unauthorized');

export const forbidden = (
  resource: ResourceName,
  name: string,
  why: string,
  causes?: readonly StatusCause[],
): Refusal =>
  new Refusal(
    403,
    'Forbidden',
    name
      ? `${qualified(resource)} "${name}" is forbidden: ${why}`
      : `${qualified(resource)} is forbidden: ${why}`,
    { ...about(resource, name), ...(causes ? { causes } : {}) },
  );

export const notFound = (resource: ResourceName, name: string): Refusal =>
  new Refusal(404, 'NotFound', `${qualified(resource)} "${name}" not found`, about(resource, name));

/** No such path, group, version or resource. */
export const noSuchResource = (): Refusal =>
  new Refusal(404, 'NotFound', 'the server could not find the requested resource', {});

export const methodNotAllowed = (): Refusal =>
  new Refusal(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

export const alreadyExists = (resource: ResourceName, name: string): Refusal =>
  new Refusal(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists`, about(resource, name));

export const conflict = (resource: ResourceName, name: string, why: string): Refusal =>
  new Refusal(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`,
    about(resource, name),
  );

export const modified = (resource: ResourceName, name: string): Refusal =>
  conflict(
    resource,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );

export const expired = (message: string): Refusal => new Refusal(410, 'Expired', message);

export const unsupportedMediaType = (message: string): Refusal =>
  new Refusal(415, 'UnsupportedMediaType', message);

export const invalid = (
  resource: { readonly group: string; readonly kind: string },
  name: string,
  errors: readonly FieldError[],
): Refusal => {
  const lines = errors.map((error) => `${error.field}: ${error.text}`);
  const list = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  const kind = resource.group ? `${resource.kind}.${resource.group}` : resource.kind;
  return new Refusal(422, 'Invalid', `${kind} "${name}" is invalid: ${list}`, {
    name,
    ...(resource.group ? { group: resource.group } : {}),
    kind: resource.kind,
    causes: errors.map(({ reason, text, field }) => ({ reason, message: text, field })),
  });
};
