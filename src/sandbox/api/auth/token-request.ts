/** `kubectl create token`: the `token` subresource of a service account. */
import type { JsonObject, Known } from '../object.ts';
import { isRecord, timestamp } from '../object.ts';
import { invalid } from '../refusal.ts';
import { invalidValue } from '../validation/field.ts';
import { ISSUER, type Tokens } from './tokens.ts';

const DEFAULT_SECONDS = 3600;
const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;
const KIND = { group: 'authentication.k8s.io', kind: 'TokenRequest' };

/** The answer to a request for a token. Throws 422 for a time that no token may have. */
export function requestToken(
  { metadata }: Known['serviceaccounts'],
  asked: JsonObject,
  tokens: Tokens,
  now: number,
): object {
  const spec: Readonly<Record<string, unknown>> = isRecord(asked['spec']) ? asked['spec'] : {};
  const { name, namespace = '', uid } = metadata;
  const seconds = Number(spec['expirationSeconds'] ?? DEFAULT_SECONDS);
  checkSeconds(seconds, name);
  const given = Array.isArray(spec['audiences']) ? spec['audiences'].map(String) : [];
  const audiences = given.length > 0 ? given : [ISSUER];
  const token = tokens.issue({ namespace, name, uid }, seconds, audiences);
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: timestamp(now) },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: null },
    status: { token, expirationTimestamp: timestamp(now + seconds * 1000) },
  };
}

function checkSeconds(seconds: number, name: string): void {
  const field = 'spec.expirationSeconds';
  if (seconds < MIN_SECONDS)
    throw invalid(KIND, name, [
      invalidValue(field, seconds, 'may not specify a duration less than 10 minutes'),
    ]);
  if (!(seconds <= MAX_SECONDS))
    throw invalid(KIND, name, [
      invalidValue(field, seconds, 'may not specify a duration larger than 2^32 seconds'),
    ]);
}
