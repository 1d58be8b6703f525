/**
 * Bodies in Kubernetes' protobuf form, which kubectl's typed commands send. Only the messages of
 * `protobuf-fields.ts` are understood; anything else is refused with 415 rather than half read.
 */
import type { Json, JsonObject } from './object.ts';
import { FIELD_NUMBERS, MODEL_NAMES, QUANTITIES, SKIPPED, STATUS } from './protobuf-fields.ts';
import { badRequest, unsupportedMediaType } from './refusal.ts';
import { type Field, fieldsOf, loadModel } from './schema.ts';

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const MAGIC = Buffer.from('k8s\0');

interface Item {
  readonly number: number;
  /** A varint's value, or the bytes of a length-delimited field. */
  readonly value: bigint | Buffer;
}

const malformed = (): Error => badRequest('the body is no valid protobuf message');

function varint(bytes: Buffer, from: number): { readonly value: bigint; readonly next: number } {
  let value = 0n;
  for (let at = from; at < bytes.length && at < from + 10; at++) {
    const byte = bytes[at] ?? 0;
    value |= BigInt(byte & 0x7f) << BigInt(7 * (at - from));
    if (byte < 0x80) return { value, next: at + 1 };
  }
  throw malformed();
}

/** The fields of a message, in the order in which they were written. */
function items(bytes: Buffer): Item[] {
  const found: Item[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = varint(bytes, at);
    const number = Number(tag.value >> 3n);
    const wire = Number(tag.value & 7n);
    const head = varint(bytes, tag.next);
    if (wire === 0) {
      found.push({ number, value: head.value });
      at = head.next;
    } else if (wire === 2) {
      at = head.next + Number(head.value);
      if (at > bytes.length) throw malformed();
      found.push({ number, value: bytes.subarray(head.next, at) });
    } else throw malformed();
  }
  return found;
}

const bytesOf = ({ value }: Item): Buffer => {
  if (typeof value === 'bigint') throw malformed();
  return value;
};
const textOf = (item: Item | undefined): string => (item ? bytesOf(item).toString('utf8') : '');
const numberOf = (item: Item | undefined): number =>
  typeof item?.value === 'bigint' ? Number(BigInt.asIntN(64, item.value)) : 0;
const numbered = (list: readonly Item[], number: number): Item | undefined =>
  list.find((item) => item.number === number);

/** IntOrString: kind, number, text. */
function intOrString(item: Item): Json {
  const parts = items(bytesOf(item));
  return numberOf(numbered(parts, 1)) === 0 ? numberOf(numbered(parts, 2)) : textOf(numbered(parts, 3));
}

function mapEntry(item: Item, field: Field): [string, Json] {
  const [key, value] = [1, 2].map((number) => numbered(items(bytesOf(item)), number));
  const name = textOf(key);
  if (QUANTITIES.has(field.baseName)) return [name, textOf(value && numbered(items(bytesOf(value)), 1))];
  return [name, field.format === 'byte' && value ? bytesOf(value).toString('base64') : textOf(value)];
}

function single(item: Item, type: string): Json {
  switch (type) {
    case 'string':
      return textOf(item);
    case 'number':
      return numberOf(item);
    case 'boolean':
      return item.value === 1n;
    case 'IntOrString':
      return intOrString(item);
    default:
      return message(bytesOf(item), type);
  }
}

function message(bytes: Buffer, model: string): JsonObject {
  const numbers = FIELD_NUMBERS[model];
  const fields = fieldsOf(model);
  if (!numbers) throw unsupportedMediaType(`the sandbox does not read ${model} as protobuf: send it as JSON`);
  const names = new Map(Object.entries(numbers).map(([name, number]) => [number, name]));
  const result: Record<string, Json> = {};
  for (const item of items(bytes)) {
    const name = names.get(item.number);
    const field = name === undefined ? undefined : fields.get(name);
    if (!field || name === undefined) {
      if (item.number === STATUS || SKIPPED[model]?.includes(item.number)) continue;
      throw unsupportedMediaType(
        `the sandbox does not read field ${item.number} of ${model} as protobuf: send it as JSON`,
      );
    }
    add(result, name, item, field);
  }
  return result;
}

function add(result: Record<string, Json>, name: string, item: Item, field: Field): void {
  const list = /^Array<(.+)>$/.exec(field.type)?.[1];
  const before = result[name];
  if (list !== undefined)
    result[name] = [...((before as readonly Json[] | undefined) ?? []), single(item, list)];
  else if (field.type.startsWith('{')) {
    const [key, value] = mapEntry(item, field);
    result[name] = { ...(before as JsonObject | undefined), [key]: value };
  } else {
    const value = single(item, field.type);
    // Go writes empty text where JSON leaves the field out.
    if (value !== '') result[name] = value;
  }
}

/** Throws 400 for what is no message, 415 for one that is not understood. */
export async function readProtobuf(body: Buffer): Promise<JsonObject> {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) throw malformed();
  const envelope = items(body.subarray(MAGIC.length));
  const type = numbered(envelope, 1);
  const raw = numbered(envelope, 2);
  const names = type ? items(bytesOf(type)) : [];
  const [apiVersion, kind] = [textOf(numbered(names, 1)), textOf(numbered(names, 2))];
  const model = MODEL_NAMES[kind] ?? `V1${kind}`;
  if (!Object.hasOwn(FIELD_NUMBERS, model))
    throw unsupportedMediaType(`the sandbox does not read ${kind} as protobuf: send it as JSON`);
  await loadModel(model);
  return { apiVersion, kind, ...(raw ? message(bytesOf(raw), model) : {}) };
}
