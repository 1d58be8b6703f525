/** Helper program in a node's namespace: fetches what the node's kubelet wants fetched. */
import { get } from 'node:http';
import { hear, say, sayReady } from './helper-side.ts';

export interface FetchRequest {
  readonly id: number;
  readonly url: string;
  readonly timeoutMs: number;
}
export type FetchReply =
  { readonly id: number; readonly status: number } | { readonly id: number; readonly error: string };

hear<FetchRequest>(({ id, url, timeoutMs }) => {
  const fail = (error: unknown): void =>
    say<FetchReply>({ id, error: error instanceof Error ? error.message : String(error) });
  try {
    // The deadline covers everything up to the response's head, name and handshake included.
    get(url, { agent: false, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      say<FetchReply>({ id, status: response.statusCode ?? 0 });
      response.destroy();
    }).on('error', fail);
  } catch (error) {
    fail(error);
  }
});
sayReady();
