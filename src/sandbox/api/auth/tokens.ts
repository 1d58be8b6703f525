/** Service accounts' tokens, as TokenRequest gives them out: JWTs that end with their time or with their account. */
import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { isRecord } from '../object.ts';
import type { Store } from '../store.ts';
import { AUTHENTICATED, type AccountName, type User, accountGroups, accountUsername } from './user.ts';

/** Whom tokens are issued by, and whom a token must be meant for that this API takes. */
export const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const OWN_CLAIM = 'kubernetes.io';

interface Claims {
  readonly aud: readonly string[];
  /** Seconds since the epoch. */
  readonly exp: number;
  readonly jti: string;
  readonly [OWN_CLAIM]: {
    readonly namespace: string;
    readonly serviceaccount: { readonly name: string; readonly uid: string };
  };
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export class Tokens {
  readonly #key = randomBytes(32);
  readonly #store: Store;
  readonly #now: () => number;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** @param seconds for which it is valid */
  issue(
    { namespace, name, uid }: AccountName & { readonly uid: string },
    seconds: number,
    audiences: readonly string[],
  ): string {
    const iat = Math.floor(this.#now() / 1000);
    const claims: Claims & Readonly<Record<string, unknown>> = {
      iss: ISSUER,
      sub: accountUsername({ namespace, name }),
      aud: audiences,
      iat,
      nbf: iat,
      exp: iat + seconds,
      jti: randomUUID(),
      [OWN_CLAIM]: { namespace, serviceaccount: { name, uid } },
    };
    const content = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(claims)}`;
    return `${content}.${this.#signature(content).toString('base64url')}`;
  }

  /** Undefined for a token that is not ours, is over, is meant for others, or whose account is gone. */
  user(token: string): User | undefined {
    const claims = this.#claims(token);
    if (claims === undefined || claims.exp * 1000 <= this.#now() || !claims.aud.includes(ISSUER))
      return undefined;
    const { namespace, serviceaccount } = claims[OWN_CLAIM];
    const { name, uid } = serviceaccount;
    const account = this.#store.get('serviceaccounts', namespace, name);
    if (account?.metadata.uid !== uid) return undefined;
    return {
      username: accountUsername({ namespace, name }),
      uid,
      groups: [...accountGroups(namespace), AUTHENTICATED],
      extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`] },
    };
  }

  /** What the token says, if it bears our signature. */
  #claims(token: string): Claims | undefined {
    const [head = '', body = '', signature = ''] = token.split('.');
    const given = Buffer.from(signature, 'base64url');
    const right = this.#signature(`${head}.${body}`);
    if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
    const claims: unknown = JSON.parse(Buffer.from(body, 'base64url').toString());
    return isRecord(claims) ? (claims as unknown as Claims) : undefined;
  }

  #signature(content: string): Buffer {
    return createHmac('sha256', this.#key).update(content).digest();
  }
}
