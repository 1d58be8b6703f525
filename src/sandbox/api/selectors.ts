/** Label and field selectors: text from a query, or a LabelSelector from an object. */
import type { V1LabelSelector } from '@kubernetes/client-node';
import type { Labels, Wire } from './object.ts';
import { badRequest } from './refusal.ts';
import { labelValue, qualifiedName } from './validation/names.ts';

export type LabelMatch = (labels: Labels | undefined) => boolean;

type Requirement = (labels: Labels) => boolean;

const isIn =
  (key: string, values: readonly string[]): Requirement =>
  (labels) =>
    Object.hasOwn(labels, key) && values.includes(labels[key] ?? '');
/** `notin` and `!=` hold for objects without the key, too. */
const isNotIn =
  (key: string, values: readonly string[]): Requirement =>
  (labels) =>
    !isIn(key, values)(labels);
const has =
  (key: string): Requirement =>
  (labels) =>
    Object.hasOwn(labels, key);
const hasNot =
  (key: string): Requirement =>
  (labels) =>
    !Object.hasOwn(labels, key);

const all =
  (requirements: readonly Requirement[]): LabelMatch =>
  (labels = {}) =>
    requirements.every((holds) => holds(labels));

const compare =
  (key: string, operator: '>' | '<', bound: number): Requirement =>
  (labels) => {
    const value = Number.parseInt(labels[key] ?? '', 10);
    return !Number.isNaN(value) && (operator === '>' ? value > bound : value < bound);
  };

const SET = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/;
const EQUALITY = /^([^=!<>\s]+)\s*(==|=|!=|<|>)\s*(\S*)$/;

function requirement(text: string, whole: string): Requirement {
  const wrong = (why: string): Error => badRequest(`unable to parse requirement: ${why} in "${whole}"`);
  const key = (name: string): string => {
    if (qualifiedName(name) !== undefined) throw wrong(`invalid label key "${name}"`);
    return name;
  };
  const value = (name: string): string => {
    if (labelValue(name) !== undefined) throw wrong(`invalid label value "${name}"`);
    return name;
  };
  const set = SET.exec(text);
  if (set) {
    const values = (set[3] ?? '').split(',').map((item) => value(item.trim()));
    return (set[2] === 'in' ? isIn : isNotIn)(key(set[1] ?? ''), values);
  }
  const equality = EQUALITY.exec(text);
  if (equality) {
    const [, name = '', operator, wanted = ''] = equality;
    if (operator === '<' || operator === '>')
      return compare(key(name), operator, Number.parseInt(wanted, 10));
    return (operator === '!=' ? isNotIn : isIn)(key(name), [value(wanted)]);
  }
  return text.startsWith('!') ? hasNot(key(text.slice(1).trim())) : has(key(text));
}

/** Commas inside parentheses do not separate requirements. */
const split = (text: string): string[] =>
  text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** The `labelSelector` query parameter; undefined when it selects everything. Throws 400. */
export function parseLabelSelector(text: string | null): LabelMatch | undefined {
  if (!text?.trim()) return undefined;
  return all(split(text).map((part) => requirement(part, text)));
}

/** A LabelSelector. Empty selects everything; a missing one selects nothing. */
export function labelSelector(selector: Wire<V1LabelSelector> | undefined): LabelMatch {
  if (!selector) return () => false;
  const equal = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => isIn(key, [value]));
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    switch (operator) {
      case 'In':
        return isIn(key, values);
      case 'NotIn':
        return isNotIn(key, values);
      case 'Exists':
        return has(key);
      case 'DoesNotExist':
        return hasNot(key);
      default:
        return () => false;
    }
  });
  return all([...equal, ...expressions]);
}

/** A Service's or ReplicaSet's plain map; a missing or empty one selects nothing. */
export const mapSelector = (selector: Labels | undefined): LabelMatch =>
  selector && Object.keys(selector).length > 0 ? labelSelector({ matchLabels: selector }) : () => false;

export type Fields = Readonly<Record<string, string>>;
export type FieldMatch = (fields: Fields) => boolean;

/** The `fieldSelector` query parameter, over fields that the kind makes selectable. Throws 400 for any other. */
export function parseFieldSelector(
  text: string | null,
  selectable: ReadonlySet<string>,
): FieldMatch | undefined {
  if (!text?.trim()) return undefined;
  const terms = text.split(/(?<!\\),/).map((term) => {
    const match = /^([^=!]+)(==|=|!=)(.*)$/s.exec(term.trim());
    if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
    const [, field = '', operator, wanted = ''] = match;
    if (!selectable.has(field)) throw badRequest(`field label not supported: ${field}`);
    return { field, equal: operator !== '!=', wanted: wanted.replaceAll(/\\([,=\\])/g, '$1') };
  });
  return (fields) => terms.every(({ field, equal, wanted }) => ((fields[field] ?? '') === wanted) === equal);
}
