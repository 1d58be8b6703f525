/** An explanation in plain words, for people. */
import type { Case, Explanation, Mention, Party, Reason } from '../explain/explanation.ts';
import type { AuditSource } from '../model/audit.ts';
import { visible } from './escape.ts';
import { type Look, lookOf } from './marks.ts';
import type { RenderOptions } from './render.ts';
import { count, padEnd, wrap } from './text.ts';

const KEY_WIDTH = 9;
/** Rules told that allow something else; the rest is counted. */
const MOST_MISSES = 8;
const MOST_NAMES = 6;

export function renderExplanation(explanation: Explanation, options: RenderOptions): string {
  const look = lookOf(options);
  const { cases, notes } = explanation;
  const sections = [
    [headline(explanation, look)],
    headerLines(explanation, look),
    ...cases.map((each, index) => caseLines(each, explanation, index, look)),
    notes.flatMap((note) => indent(`note: ${note}`, 0, look)),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

const WORDS = { allow: 'ALLOWED', deny: 'DENIED', mixed: 'PARTLY ALLOWED' } as const;

function headline({ verdict, certain, question }: Explanation, { colors }: Look): string {
  const color = { allow: colors.green, deny: colors.red, mixed: colors.yellow }[verdict];
  const word = certain ? WORDS[verdict] : `PROBABLY ${WORDS[verdict]}`;
  return `${colors.bold(color(word))}  ${visible(question)}`;
}

function headerLines({ from, to, source }: Explanation, look: Look): string[] {
  const party = ({ name, pods }: Explanation['from']): string =>
    pods === undefined || pods === 1 ? name : `${name} (${count(pods, 'pod')})`;
  const rows = [
    ['from', party(from)],
    ['to', party(to)],
    ['as told by', sourceWords(source)],
  ];
  return rows.flatMap(([key = '', value = '']) =>
    wrap(visible(value), look.width - KEY_WIDTH - 3).map(
      (line, index) => padEnd(index === 0 ? look.colors.dim(key) : '', KEY_WIDTH + 3) + line,
    ),
  );
}

function sourceWords(source: AuditSource): string {
  switch (source.kind) {
    case 'cluster':
      return `the policies of cluster ${source.context}, ${source.server}; no packet was sent`;
    case 'manifests':
      return `${count(source.files, 'file')} in ${source.folder}; no packet was sent`;
  }
}

function caseLines(each: Case, { cases, from, to }: Explanation, index: number, look: Look): string[] {
  const { verdict, certain, protocol, port, doubts } = each;
  const title =
    cases.length === 1
      ? []
      : indent(
          `${index + 1}. ${certain ? '' : 'probably '}${PAST[verdict]}: ${names(each.from)} -> ${names(each.to)}, on ${port}/${protocol.toLowerCase()}`,
          0,
          look,
        ).map((line) => look.colors.bold(line));
  return [
    ...title,
    ...reasonLines(each.egress, from, look),
    ...reasonLines(each.ingress, to, look),
    ...(certain ? [] : ['It is not certain:']),
    ...doubts.flatMap(({ text }) => indent(`- ${text}`, 2, look)),
  ];
}

const PAST = { allow: 'allowed', deny: 'denied' } as const;

function names(all: readonly string[]): string {
  const rest = all.length - MOST_NAMES;
  return `${all.slice(0, MOST_NAMES).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function reasonLines(reason: Reason, { name }: Party, look: Look): string[] {
  const { direction, verdict, mentions } = reason;
  const misses = mentions.filter(({ role }) => role === 'does-not-match');
  const others = mentions.filter(({ role }) => role !== 'does-not-match');
  const rest = misses.length - MOST_MISSES;
  const subject = name.startsWith('Service ') ? `the pods of ${name}` : name;
  return [
    ...indent(`${direction} of ${subject}: ${PAST[verdict]}${becauseWords(reason)}`, 0, look),
    ...others.flatMap((mention) => indent(mentionWords(mention), 2, look)),
    ...(misses.length > 0 ? ['  what is allowed instead:'] : []),
    ...misses.slice(0, MOST_MISSES).flatMap((mention) => indent(missWords(mention), 4, look)),
    ...(rest > 0 ? [`    and ${count(rest, 'more rule')}, see -o json`] : []),
  ];
}

function becauseWords({ because, direction }: Reason): string {
  switch (because) {
    case 'no-pod':
      return ', since it is no pod and no policy is about it';
    case 'itself':
      return ', since a pod always reaches itself';
    case 'own-node':
      return ', since nothing parts a pod from its own node';
    case 'not-isolated':
      return `, since no policy selects it for ${direction}`;
    case 'admin-rule':
    case 'allowed':
      return ' by';
    case 'default-deny':
      return ', since it is isolated and no rule allows this; it is isolated by';
  }
}

function mentionWords({ role, policy, rule, says, where }: Mention): string {
  const name = [policy, rule].filter((part) => part !== undefined).join(' ');
  const passed = role === 'passes' ? ' (which passes it on)' : '';
  return `${name}${placeWords(where)}${passed}${says === undefined ? '' : `: ${says}`}`;
}

function missWords({ policy, rule, says, differs, where }: Mention): string {
  const what = `${policy} ${rule ?? ''}${placeWords(where)}: ${says ?? 'something else'}`;
  return `${what}; the ${differs ?? 'peers and ports'} do not match`;
}

function placeWords(where: Mention['where']): string {
  return where === undefined ? '' : ` (${where.file}:${where.line})`;
}

function indent(text: string, depth: number, { width }: Look): string[] {
  return wrap(visible(text), Math.max(20, width - depth)).map((line) => ' '.repeat(depth) + line);
}
