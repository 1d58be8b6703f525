/** Requests for JSON and text, bounded in number, tried again where that is harmless. */
import type { IncomingMessage } from 'node:http';
import pLimit from 'p-limit';
import { createPatience, RETRY_BUDGET_MS } from './backoff.ts';
import type { Clock } from './clock.ts';
import { type Attempted, isTransient, isUntouched, LinkFault, translate, type Where } from './errors.ts';
import { readBody, type Request, type Transport } from './transport.ts';

/** Requests under way at once; streams come on top. */
const AT_ONCE = 16;
const SILENCE_MS = 15_000;

export interface Call {
  readonly method?: Request['method'];
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  /** Of the object in the answer only the metadata is wanted: a pod has the agent's whole program in it. */
  readonly metadataOnly?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** What to try again after a fault: anything that may pass (default), only what the server never saw, nothing. */
  readonly retry?: 'transient' | 'untouched' | 'never';
}

export interface Api {
  readonly clock: Clock;
  /** The answer's body; rejects with a fault. */
  text(call: Call): Promise<string>;
  json<T>(call: Call): Promise<T>;
  /** The answer, its body unread: for streams. Not retried, not bounded. */
  open(call: Call, silenceMs: number): Promise<IncomingMessage>;
  /** Faults that come out of the task, as the errors that callers are promised. */
  told<T>(attempted: Attempted, task: () => Promise<T>): Promise<T>;
}

export function createApi(transport: Transport, clock: Clock, where: Where, budgetMs = RETRY_BUDGET_MS): Api {
  const limit = pLimit(AT_ONCE);

  const open: Api['open'] = (call, silenceMs) => transport.open({ ...requestOf(call), silenceMs });
  const once = async (call: Call): Promise<string> => readBody(await open(call, SILENCE_MS));

  const text: Api['text'] = async (call) => {
    const mayRetry = { transient: isTransient, untouched: isUntouched, never: () => false }[
      call.retry ?? 'transient'
    ];
    const patience = createPatience(clock, budgetMs);
    for (;;) {
      try {
        return await limit(once, call);
      } catch (error) {
        if (!mayRetry(error) || call.signal?.aborted === true) throw error;
        await patience.wait(error, call.signal);
      }
    }
  };
  return {
    clock,
    text,
    open,
    json: async <T>(call: Call) => parse<T>(await text(call)),
    async told(attempted, task) {
      try {
        return await task();
      } catch (error) {
        throw translate(error, attempted, where);
      }
    },
  };
}

/** Servers that don't know the first form use the second (API concepts, "Metadata-only fetches"). */
const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';

function requestOf(call: Call): Omit<Request, 'silenceMs'> {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(call.query ?? {})) if (value !== undefined) query.set(key, value);
  return {
    method: call.method ?? 'GET',
    path: query.size === 0 ? call.path : `${call.path}?${query.toString()}`,
    accept: call.metadataOnly === true ? METADATA : undefined,
    body: call.body === undefined ? undefined : JSON.stringify(call.body),
    signal: call.signal,
  };
}

/** An answer that is no JSON came from something between us and the server. */
export function parse<T>(text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new LinkFault(new Error('the answer is not JSON', { cause: error }));
  }
}
