/**
 * Decoding as the API server does it: fields that a kind does not have are dropped (told in strict mode, warned
 * about otherwise), fields of the wrong type are refused. The fields come from the client library's generated
 * models; each file is loaded on its own when first needed, because the whole library takes most of a second.
 */
import { type Json, type JsonObject, isJsonObject, isRecord } from './object.ts';

export interface Field {
  readonly baseName: string;
  readonly type: string;
  readonly format: string;
}
type Model = ReadonlyMap<string, Field>;

export interface Decoded {
  readonly object: JsonObject;
  /** Paths of fields that the kind does not have. */
  readonly unknown: readonly string[];
  /** First field of a wrong type, in encoding/json's words. */
  readonly mismatch?: string;
}

const LIST = /^Array<(.+)>$/;
const MAP = /^\{ \[key: string\]: (.+); \}$/;
const MODEL =
  /^(V\d|Core|Events|Discovery|Storage|Authentication|Rbac|Flowcontrol|Apiextensions|Admissionregistration|Resource)/;
const isModel = (type: string): boolean => MODEL.test(type) && type !== 'V1MicroTime';
const element = (type: string): string => LIST.exec(type)?.[1] ?? MAP.exec(type)?.[1] ?? type;

const models = new Map<string, Promise<Model>>();
const trees = new Map<string, Promise<void>>();
const loaded = new Map<string, Model>();

function isFields(value: unknown): value is Field[] {
  return (
    Array.isArray(value) && value.every((item) => isRecord(item) && typeof item['baseName'] === 'string')
  );
}

async function importModel(name: string): Promise<Model> {
  const file: unknown = await import(`@kubernetes/client-node/dist/gen/models/${name}.js`);
  const model = isRecord(file) ? file[name] : undefined;
  const fields: unknown =
    typeof model === 'function'
      ? (model as unknown as { attributeTypeMap?: unknown }).attributeTypeMap
      : undefined;
  if (!isFields(fields)) throw new Error(`the client library has no model ${name}`);
  return new Map(fields.map((field) => [field.baseName, field]));
}

/** Loads a model and all that it contains; models contain each other in circles (JSONSchemaProps). */
export function loadModel(name: string): Promise<void> {
  let loading = trees.get(name);
  if (!loading) {
    loading = loadTree(name, new Set());
    trees.set(name, loading);
  }
  return loading;
}

async function loadTree(name: string, visited: Set<string>): Promise<void> {
  if (visited.has(name)) return;
  visited.add(name);
  let loading = models.get(name);
  if (!loading) {
    loading = importModel(name);
    models.set(name, loading);
  }
  const model = await loading;
  loaded.set(name, model);
  const inner = [...model.values()].map(({ type }) => element(element(type))).filter(isModel);
  await Promise.all(inner.map((each) => loadTree(each, visited)));
}

const fits = (value: number, format: string): boolean => {
  if (format === 'double') return true;
  return format === 'int32'
    ? value === Math.trunc(value) && Math.abs(value) < 2 ** 31
    : Number.isSafeInteger(value);
};

const kindOf = (value: Json): string =>
  Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;

/** The fields of a model that has been loaded. */
export function fieldsOf(name: string): Model {
  const model = loaded.get(name);
  if (!model) throw new Error(`model ${name} is not loaded`);
  return model;
}

class Decoder {
  readonly unknown: string[] = [];
  mismatch: string | undefined;

  value(value: Json, type: string, format: string, path: string): Json {
    const list = LIST.exec(type)?.[1];
    const map = MAP.exec(type)?.[1];
    if (list !== undefined) {
      if (!Array.isArray(value)) return this.#wrong(value, path, '[]');
      const items = value as readonly Json[];
      return items.map((item, i) => this.value(item, list, format, `${path}[${i}]`));
    }
    if (map !== undefined) {
      if (!isJsonObject(value)) return this.#wrong(value, path, 'map[string]');
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, this.value(item, map, format, `${path}.${key}`)]),
      );
    }
    if (!isModel(type)) return this.#scalar(value, type, format, path);
    return isJsonObject(value) ? this.object(value, type, path) : this.#wrong(value, path, type);
  }

  object(value: JsonObject, type: string, path: string): JsonObject {
    const model = fieldsOf(type);
    const kept: [string, Json][] = [];
    for (const [key, item] of Object.entries(value)) {
      const at = path ? `${path}.${key}` : key;
      const field = model.get(key);
      if (!field) this.unknown.push(at);
      else if (item !== null) kept.push([key, this.value(item, field.type, field.format, at)]);
    }
    return Object.fromEntries(kept);
  }

  #scalar(value: Json, type: string, format: string, path: string): Json {
    switch (type) {
      case 'string':
        return typeof value === 'string' ? value : this.#wrong(value, path, 'string');
      case 'number':
        return typeof value === 'number' && fits(value, format)
          ? value
          : this.#wrong(value, path, format || 'int64');
      case 'boolean':
        return typeof value === 'boolean' ? value : this.#wrong(value, path, 'bool');
      case 'IntOrString':
        return typeof value === 'string' || (typeof value === 'number' && fits(value, 'int32'))
          ? value
          : this.#wrong(value, path, 'intstr.IntOrString');
      case 'Date':
      case 'V1MicroTime':
        return typeof value === 'string' && !Number.isNaN(Date.parse(value))
          ? value
          : this.#wrong(value, path, 'time.Time');
      default:
        return value;
    }
  }

  #wrong(value: Json, path: string, wanted: string): Json {
    this.mismatch ??= `json: cannot unmarshal ${kindOf(value)} into Go struct field ${path} of type ${wanted}`;
    return value;
  }
}

/** The model must have been loaded. */
export function decode(object: JsonObject, model: string): Decoded {
  const decoder = new Decoder();
  const kept = decoder.object(object, model, '');
  return {
    object: kept,
    unknown: decoder.unknown,
    ...(decoder.mismatch === undefined ? {} : { mismatch: decoder.mismatch }),
  };
}
