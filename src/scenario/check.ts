/** Checks a document by a JSON Schema’s validator and says what is wrong: one issue for each real problem. */
import type { ErrorObject, ValidateFunction } from 'ajv';
import type { Issue } from '../model/errors.ts';
import { portMeant } from './ports.ts';
import { alternatives, didYouMean, issue, nearest, quote } from './words.ts';
import type { Document, Path } from './yaml.ts';

export interface Misfit {
  readonly issue: Issue;
  /** What can't be relied on: the wrong value, the missing field, the field that was probably meant. */
  readonly breaks: readonly Path[];
}

export function misfitsIn(document: Document, validate: ValidateFunction): Misfit[] {
  const fits = validate(document.value);
  return withoutEchoes(fits === true ? [] : (validate.errors ?? [])).map((error) => misfit(error, document));
}

/** ajv tells one problem in several ways: every branch of a `oneOf`, the `if` above a failed `then`, … */
function withoutEchoes(errors: readonly ErrorObject[]): ErrorObject[] {
  const misspelt = new Set(errors.flatMap((error) => meantFields(error)));
  const wrongKinds = new Set(errors.filter((e) => e.keyword === 'oneOf').map((e) => e.instancePath));
  const told = new Set<string>();
  return errors.filter((error) => {
    if (error.keyword === 'if' || error.keyword === 'propertyNames') return false;
    if (error.schemaPath.includes('/oneOf/')) return false;
    if (error.keyword === 'dependentRequired' && wrongKinds.has(error.instancePath)) return false;
    if (error.keyword === 'required') {
      return !misspelt.has(`${error.instancePath}/${String(error.params['missingProperty'])}`);
    }
    if (error.keyword !== 'pattern' && error.keyword !== 'maxLength') return true;
    const text = `${error.instancePath}/${error.propertyName ?? ''}`;
    return told.size !== told.add(text).size;
  });
}

/** The fields that were probably meant by an unknown one. */
function meantFields(error: ErrorObject): string[] {
  if (error.keyword !== 'additionalProperties') return [];
  const meant = nearest(String(error.params['additionalProperty']), fields(error));
  return meant === undefined ? [] : [`${error.instancePath}/${meant}`];
}

function fields(error: ErrorObject): string[] {
  const properties: unknown = schemaOf(error)['properties'];
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
}

function misfit(error: ErrorObject, document: Document): Misfit {
  const path = error.instancePath.split('/').slice(1).map(unescapePointer);
  const { message, hint } = explain(error);
  const params: Readonly<Record<string, unknown>> = error.params;
  switch (error.keyword) {
    case 'additionalProperties': {
      const unknown = [...path, String(params['additionalProperty'])];
      const meant = meantFields(error).map((pointer) => pointer.split('/').slice(1).map(unescapePointer));
      return { issue: issue(document.at(unknown, 'key'), message, hint), breaks: [unknown, ...meant] };
    }
    case 'required':
      return {
        issue: issue(document.at(path, 'key'), message, hint),
        breaks: [[...path, String(params['missingProperty'])]],
      };
    case 'oneOf':
    case 'dependentRequired':
    case 'minProperties':
    case 'maxProperties':
      return { issue: issue(document.at(path, 'key'), message, hint), breaks: [path] };
    default: {
      const key = error.propertyName;
      if (key === undefined) return { issue: issue(document.at(path), message, hint), breaks: [path] };
      const wrong = [...path, key];
      return { issue: issue(document.at(wrong, 'key'), message, hint), breaks: [wrong] };
    }
  }
}

function unescapePointer(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

interface Explanation {
  readonly message: string;
  readonly hint?: string | undefined;
}

function explain(error: ErrorObject): Explanation {
  const params: Readonly<Record<string, unknown>> = error.params;
  switch (error.keyword) {
    case 'additionalProperties': {
      const unknown = String(params['additionalProperty']);
      return {
        message: `unknown field ${quote(unknown)} in ${whole(error)}`,
        hint: didYouMean(unknown, fields(error)),
      };
    }
    case 'required':
      return { message: `${quote(String(params['missingProperty']))} is missing in ${whole(error)}` };
    case 'dependentRequired':
      return {
        message: `${quote(String(params['property']))} needs ${quote(String(params['missingProperty']))} beside it`,
      };
    case 'oneOf':
      return { message: `this ${whole(error)} must have exactly one of ${oneOfFields(error)}` };
    case 'type':
      return explainType(error);
    case 'pattern':
      return explainPattern(error);
    case 'enum':
    case 'const': {
      const allowed = [params['allowedValues'] ?? params['allowedValue']].flat().map(String);
      return {
        message: `${shown(error.data)} is not ${alternatives(allowed)}`,
        hint: allowed.length > 1 ? didYouMean(String(error.data), allowed) : undefined,
      };
    }
    default:
      return { message: explainLimit(error) };
  }
}

function explainLimit(error: ErrorObject): string {
  const limit = String(error.params['limit']);
  switch (error.keyword) {
    case 'minimum':
      return `${shown(error.data)} is too small: at least ${limit}`;
    case 'maximum':
      return `${shown(error.data)} is too large: at most ${limit}`;
    case 'maxLength':
      return `${shown(error.data)} is too long: at most ${limit} characters`;
    case 'maxProperties':
      return `this ${whole(error)} has more than ${limit} entry: each belongs in a list item of its own`;
    case 'minItems':
    case 'minLength':
    case 'minProperties':
      return 'this must not be empty';
    default:
      return `this ${error.message ?? 'is not right'}`;
  }
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  object: 'a map',
  array: 'a list',
  string: 'text',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
};

function explainType(error: ErrorObject): Explanation {
  const types = [error.params['type']].flat().map(String);
  const wanted = types.flatMap((type) => TYPE_WORDS[type] ?? []);
  const message = `${shown(error.data)} is not ${alternatives(wanted)}`;
  const own: unknown = schemaOf(error)['errorMessage'];
  if (typeof own === 'string') return { message, hint: own };
  if (types.join() === 'array') {
    return {
      message,
      hint: `a list is written [${isScalar(error.data) ? String(error.data).slice(0, 60) : 'item'}]`,
    };
  }
  if (!types.includes('string') || typeof error.data === 'object') return { message };
  return { message, hint: meant(error) ?? 'put it in quotes' };
}

function explainPattern(error: ErrorObject): Explanation {
  const own: unknown = schemaOf(error)['patternErrorMessage'];
  const value = error.propertyName ?? String(error.data);
  return { message: `${quote(value)} ${typeof own === 'string' ? own : 'is not right'}`, hint: meant(error) };
}

/** A right word near what was written, if there is one. */
function meant(error: ErrorObject): string | undefined {
  const written: unknown = error.propertyName ?? error.data;
  const guess = GUESSES[String(schemaOf(error)['title'])]?.(written);
  return guess === undefined || guess === written ? undefined : `did you mean ${quote(guess)}?`;
}

const GUESSES: Readonly<Record<string, (written: unknown) => string | undefined>> = {
  port: portMeant,
  duration: (written) => {
    const [, amount, unit = 's'] = /^(\d{1,7}(?:\.\d{1,3})?)\s*(ms|s|m)?/.exec(String(written)) ?? [];
    return amount === undefined ? undefined : `${amount}${unit}`;
  },
  name: (written) => {
    if (typeof written !== 'string') return undefined;
    const name = written
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '');
    return name === '' || name.length > 63 ? undefined : name;
  },
};

function oneOfFields(error: ErrorObject): string {
  const branches: unknown = schemaOf(error)['oneOf'];
  const required = Array.isArray(branches)
    ? branches.flatMap((branch: { readonly required?: readonly string[] }) => branch.required ?? [])
    : [];
  return alternatives(required.map(quote));
}

/** What the schema calls the thing that is wrong. */
function whole(error: ErrorObject): string {
  const title: unknown = schemaOf(error)['title'];
  return typeof title === 'string' ? title : 'map';
}

function schemaOf(error: ErrorObject): Readonly<Record<string, unknown>> {
  return error.parentSchema ?? {};
}

function shown(data: unknown): string {
  if (isScalar(data)) return typeof data === 'string' ? quote(data) : String(data);
  if (data === null) return 'nothing';
  return Array.isArray(data) ? 'a list' : 'a map';
}

function isScalar(data: unknown): data is string | number | boolean {
  return typeof data === 'string' || typeof data === 'number' || typeof data === 'boolean';
}
