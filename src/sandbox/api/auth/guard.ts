/** What every request passes first: who asks, as whom, and whether they may. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { unauthorized } from '../refusal.ts';
import type { Store } from '../store.ts';
import type { Attributes } from './attributes.ts';
import { denied } from './denial.ts';
import { impersonated } from './impersonation.ts';
import { authorize } from './rbac.ts';
import type { Tokens } from './tokens.ts';
import { ADMIN, type User } from './user.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

export class Guard {
  readonly #admin: Buffer;
  readonly #tokens: Tokens;
  readonly #store: Store;

  /** @param adminToken of the user who may do everything */
  constructor(adminToken: string, tokens: Tokens, store: Store) {
    this.#admin = digest(adminToken);
    this.#tokens = tokens;
    this.#store = store;
  }

  /** Undefined for a token that nobody has. */
  userOf(token: string): User | undefined {
    // Digests are compared, so that the time taken tells nothing.
    return timingSafeEqual(digest(token), this.#admin) ? ADMIN : this.#tokens.user(token);
  }

  /** Throws 403 in the server's words. */
  demand(user: User, asked: Attributes): void {
    const { allowed, reason } = authorize(this.#store, user, asked);
    if (!allowed) throw denied(user, asked, reason);
  }

  /** Who is served. Throws 401 without valid credentials, 403 without the right. */
  admit(headers: IncomingHttpHeaders, asked: Attributes): User {
    const [, token = ''] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
    const caller = this.userOf(token);
    if (!caller) throw unauthorized();
    const user = impersonated(headers, (right) => this.demand(caller, right)) ?? caller;
    this.demand(user, asked);
    return user;
  }
}
