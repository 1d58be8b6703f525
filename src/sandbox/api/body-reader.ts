/** A request's body, with a bound on its size. */
import type { IncomingMessage } from 'node:http';
import { load } from 'js-yaml';
import type { Json } from './object.ts';
import { PROTOBUF, readProtobuf } from './protobuf.ts';
import { Refusal, badRequest, unsupportedMediaType } from './refusal.ts';

/** The real server's own limit. */
const MAX_BODY = 3 * 1024 * 1024;

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY)
      throw new Refusal(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY}`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export const mediaType = (request: IncomingMessage): string =>
  (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';

function parse(text: string, type: string): unknown {
  try {
    return type.endsWith('yaml') ? load(text) : JSON.parse(text);
  } catch (error) {
    throw badRequest(`the body can't be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Undefined for an empty body. Throws 400, 413 or 415. */
export async function readBody(request: IncomingMessage): Promise<Json | undefined> {
  const type = mediaType(request);
  const bytes = await readBytes(request);
  if (type === PROTOBUF) return bytes.length === 0 ? undefined : readProtobuf(bytes);
  const text = bytes.toString('utf8');
  if (text.trim() === '') return undefined;
  if (!/json$|yaml$/.test(type))
    throw unsupportedMediaType(
      `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, ${PROTOBUF}`,
    );
  // A key of this name would change what an object is instead of what it has.
  if (text.includes('__proto__')) throw badRequest('the body has a key that is not allowed');
  return parse(text, type) as Json;
}
