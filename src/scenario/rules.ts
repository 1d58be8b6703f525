/** Rules in both forms: long with fields, and short as in `web, api -> db: tcp/5432`. */
import type { Position } from '../model/errors.ts';
import type { ExpectSpec, PortSpec, Rule } from '../model/scenario.ts';
import type { LongRule, RuleEntry, ShortRule } from './document.ts';
import { parsePort, portMeant } from './ports.ts';
import type { Reading } from './reading.ts';
import type { RulePart } from './resolve.ts';
import { RULE_FORM } from './schema-rules.ts';
import { quote } from './words.ts';
import type { Path } from './yaml.ts';

/** Text of a name or port, and its place. */
interface Token {
  readonly text: string;
  readonly position: Position;
}

interface PlacedRule {
  readonly rule: Rule;
  readonly tokens: Readonly<Record<'from' | 'to' | 'ports', readonly Token[]>>;
  readonly status?: Position;
}

export interface Expectations {
  readonly expect: ExpectSpec;
  /** Place of a part of one of these rules. */
  readonly place: (rule: Rule, part: RulePart) => Position;
}

export function readExpect(reading: Reading): Expectations {
  const { default: fallback, rules = [] } = reading.content.expect;
  const placed = new Map<Rule, PlacedRule>();
  for (const [index, entry] of rules.entries()) {
    const path = ['expect', 'rules', index];
    if (reading.isBroken(path)) continue;
    const rule = isLong(entry) ? longRule(entry, path, reading) : shortRule(entry, path, reading);
    if (rule !== undefined) placed.set(rule.rule, rule);
  }
  return {
    expect: {
      default: fallback,
      rules: [...placed.keys()],
      position: reading.at(['expect', 'default'], 'key'),
    },
    place: (rule, part) => placeOf(placed.get(rule), part) ?? rule.position,
  };
}

function placeOf(placed: PlacedRule | undefined, { part, index = 0 }: RulePart): Position | undefined {
  if (part === 'rule') return undefined;
  return part === 'status' ? placed?.status : placed?.tokens[part][index]?.position;
}

function isLong(entry: RuleEntry): entry is LongRule {
  return ['from', 'to', 'ports', 'expect'].some((field) => Object.hasOwn(entry, field));
}

function longRule(entry: LongRule, path: Path, reading: Reading): PlacedRule | undefined {
  const tokens = {
    from: tokensOf(entry.from, [...path, 'from'], reading),
    to: tokensOf(entry.to, [...path, 'to'], reading),
    ports: tokensOf(entry.ports, [...path, 'ports'], reading),
  };
  if (entry.status !== undefined && entry.expect === 'deny') {
    reading.report([...path, 'status'], 'a denied request gets no status', undefined, 'key');
  }
  const ports = portsOf(tokens.ports, reading);
  if (ports === undefined) return undefined;
  const rule: Rule = {
    from: texts(tokens.from),
    to: texts(tokens.to),
    ports,
    expect: entry.expect,
    ...(entry.status === undefined ? {} : { status: entry.status }),
    ...(entry.reason === undefined ? {} : { reason: entry.reason }),
    position: reading.at(path),
  };
  return { rule, tokens, status: reading.at([...path, 'status'], 'key') };
}

function shortRule(entry: ShortRule, path: Path, reading: Reading): PlacedRule | undefined {
  const [key = '', written = ''] = Object.entries(entry)[0] ?? [];
  const arrows = [...key.matchAll(/\s*->\s*|\s+-x\s+/g)];
  const [arrow] = arrows;
  if (arrow === undefined || arrows.length > 1) {
    const what = arrow === undefined ? 'has no arrow' : 'has more than one arrow';
    reading.report([...path, key], `${quote(key)} ${what}: -> allows, -x denies`, RULE_FORM, 'key');
    return undefined;
  }
  const after = arrow.index + arrow[0].length;
  const placed = (offset: number) => reading.at([...path, key], 'key', offset);
  const tokens = {
    from: split(key.slice(0, arrow.index), placed),
    to: split(key.slice(after), (offset) => placed(after + offset)),
    ports: tokensOf(written, [...path, key], reading),
  };
  const ports = portsOf(tokens.ports, reading);
  if (ports === undefined) return undefined;
  const rule: Rule = {
    from: texts(tokens.from),
    to: texts(tokens.to),
    ports,
    expect: arrow[0].trim() === '->' ? 'allow' : 'deny',
    position: reading.at(path),
  };
  return { rule, tokens };
}

function texts(tokens: readonly Token[]): string[] {
  return tokens.map((token) => token.text);
}

function tokensOf(written: string | readonly string[], path: Path, reading: Reading): Token[] {
  return typeof written === 'string'
    ? split(written, (offset) => reading.at(path, 'value', offset))
    : written.map((text, index) => ({ text, position: reading.at([...path, index]) }));
}

/** At commas; the blanks around each piece don't belong to it. */
function split(text: string, place: (offset: number) => Position): Token[] {
  let offset = 0;
  return text.split(',').map((piece) => {
    const start = offset + piece.length - piece.trimStart().length;
    offset += piece.length + 1;
    return { text: piece.trim(), position: place(start) };
  });
}

/** The ports, or undefined if one is wrong. */
function portsOf(tokens: readonly Token[], reading: Reading): readonly PortSpec[] | 'all' | undefined {
  if (tokens.length === 1 && tokens[0]?.text === 'all') return 'all';
  const ports: PortSpec[] = [];
  for (const { text, position } of tokens) {
    const port = parsePort(text);
    if (port !== undefined) ports.push(port);
    else if (text === 'all') reading.reportAt(position, '"all" stands alone: it means every port');
    else {
      const meant = portMeant(text);
      reading.reportAt(
        position,
        `${quote(text)} is not a port: write it as in tcp/8080, with a number from 1 to 65535`,
        meant === undefined || meant === text ? undefined : `did you mean ${quote(meant)}?`,
      );
    }
  }
  return ports.length === tokens.length ? ports : undefined;
}
