/** Writing answers. */
import type { ServerResponse } from 'node:http';
import type { KubeObject } from './object.ts';
import { Refusal } from './refusal.ts';
import { type Resource, groupVersion } from './resource.ts';
import type { Revision } from './store.ts';

export function sendText(
  response: ServerResponse,
  code: number,
  text: string,
  type = 'application/json',
): void {
  const bytes = Buffer.from(text);
  response.writeHead(code, {
    'content-type': type,
    'content-length': bytes.length,
    'cache-control': 'no-cache, private',
  });
  response.end(bytes);
}

export const sendJson = (response: ServerResponse, code: number, body: object): void =>
  sendText(response, code, JSON.stringify(body));

/** Warnings as RFC 7234 headers, which kubectl prints. */
export function setWarnings(response: ServerResponse, warnings: readonly string[]): void {
  const quoted = warnings.map(
    (text) => `299 - "${text.replaceAll(/[^\x20-\x7e]/g, '?').replaceAll(/["\\]/g, '\\$&')}"`,
  );
  if (quoted.length > 0) response.setHeader('warning', quoted);
}

/** A list's text out of its items' texts. */
export function listText(resource: Resource, revisions: readonly Revision[], metadata: object): string {
  const { view } = resource;
  const items = revisions.map((one) => (view ? JSON.stringify(view.fromStored(one.object)) : one.json));
  return `{"kind":"${resource.kind}List","apiVersion":"${groupVersion(resource)}","metadata":${JSON.stringify(metadata)},"items":[${items.join(',')}]}`;
}

export const shown = (resource: Resource, object: KubeObject): KubeObject =>
  resource.view ? resource.view.fromStored(object) : object;

/** Ends a failed request: a refusal as itself, anything else as an internal error. */
export function sendFailure(response: ServerResponse, error: unknown): void {
  const refusal =
    error instanceof Refusal
      ? error
      : new Refusal(
          500,
          'InternalError',
          `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`,
        );
  if (response.headersSent) response.destroy();
  else sendJson(response, refusal.body.code, refusal.body);
}
