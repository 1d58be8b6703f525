/** A draft → the scenario's text. One `#` stands before rows that may be taken into use, two before remarks. */
import { portKey, type PortSpec, type Target } from '../model/scenario.ts';
import { escapeJson, visible } from '../report/escape.ts';
import type { ConfirmDraft, Draft, NamespaceDraft, RuleDraft } from './draft.ts';
import type { Identity } from './identities.ts';

export interface WriteOptions {
  /** What it was read from, in words. */
  readonly source: string;
  /** Name of the file with the draft's policies, beside the scenario; absent if there are none. */
  readonly policiesFile: string | undefined;
}

export function writeScenario(draft: Draft, { source, policiesFile }: WriteOptions): string {
  const sections = [
    headLines(draft, source),
    [
      'apiVersion: netproof/v1',
      'kind: Scenario',
      'metadata:',
      '  name: as-it-is',
      `  description: ${text(`What the policies of ${source} imply.`)}`,
    ],
    ['namespaces:', ...draft.namespaces.map(namespaceLine)],
    ['workloads:', ...draft.identities.flatMap((identity) => workloadLines(identity))],
    targetLines(draft),
    zoneLines(draft),
    policiesFile === undefined ? [] : ['policies:', `  - ${text(policiesFile)}`],
    expectLines(draft),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headLines({ omitted, uncertain }: Draft, source: string): string[] {
  return [
    remark(`Written by netproof init from ${source}.`),
    remark(
      'It states what the policies mean today, so it says nothing about what they should mean. Read each rule:',
    ),
    remark(
      'is this what you want? Where it is not, change the rule, and netproof run tells where the cluster differs.',
    ),
    remark(
      'Rows behind a single # are to confirm: decide what you expect, take the # away, and they are probed too.',
    ),
    ...(uncertain > 0
      ? [
          remark(
            `The policies are not clear about some pairs (${uncertain}); see "not certain" in the reasons.`,
          ),
        ]
      : []),
    ...omitted.map((what) => remark(`Left out: ${what}.`)),
  ];
}

/** Whatever it says, it stays on its line. */
function remark(words: string): string {
  return `## ${visible(words)}`;
}

function namespaceLine({ name, create, labels }: NamespaceDraft): string {
  if (!create) return `  ${text(name)}: {}`;
  const written = Object.keys(labels).length > 0 ? `, labels: ${map(labels)}` : '';
  return `  ${text(name)}: { create: true${written} }`;
}

function workloadLines({
  name,
  namespace,
  title,
  pods,
  like,
  labels,
  listen,
  portNames,
  unserved,
}: Identity): string[] {
  const fields = [
    `namespace: ${text(namespace)}`,
    ...(like === undefined ? [] : [`like: ${text(like)}`]),
    ...(like === undefined && Object.keys(labels).length > 0 ? [`labels: ${map(labels)}`] : []),
    ...(listen.length > 0 ? [`listen: ${list(listen.map(portKey))}`] : []),
    ...(Object.keys(portNames).length > 0
      ? [
          `portNames: ${map(Object.fromEntries(Object.entries(portNames).map(([key, port]) => [key, portKey(port)])))}`,
        ]
      : []),
  ];
  const low = unserved.length === 0 ? '' : `; ${unserved.join(', ')} can't be served by a probe pod`;
  const silent = listen.length === 0 && unserved.length === 0 ? '; no port is known of it' : '';
  return [
    `  ${remark(`${title} in ${namespace}, ${pods} pod${pods === 1 ? '' : 's'}${low}${silent}`)}`,
    `  ${text(name)}: { ${fields.join(', ')} }`,
  ];
}

function targetLines({ targets, toConfirm }: Draft): string[] {
  if (targets.length + toConfirm.length === 0) return [];
  return [
    targets.length === 0 ? '# targets:' : 'targets:',
    ...targets.map((target) => `  ${targetRow(target)}`),
    ...toConfirm.flatMap(({ target, remarks }) => [
      ...remarks.map((words) => `  ${remark(words)}`),
      `  # ${targetRow(target)}`,
    ]),
  ];
}

function targetRow(target: Target): string {
  const ports = `ports: ${list(target.ports.map(portKey))}`;
  const name = text(target.name);
  switch (target.kind) {
    case 'dns':
      return `${name}: { dns: ${text(target.query)} }`;
    case 'service':
      return `${name}: { service: ${text(`${target.service}.${target.namespace}`)}, ${ports} }`;
    case 'host':
      return `${name}: { host: ${text(target.host)}, ${ports} }`;
    case 'pods': {
      const where = `namespace: ${text(target.namespace)}, selector: ${map(target.selector)}`;
      return `${name}: { pods: { ${where} }, ${ports} }`;
    }
  }
}

function zoneLines({ zones }: Draft): string[] {
  if (zones.length === 0) return [];
  return [
    'zones:',
    ...zones.flatMap(({ name, members, note }) => [`  ${remark(note)}`, `  ${text(name)}: ${list(members)}`]),
  ];
}

function expectLines({ fallback, rules, toConfirm }: Draft): string[] {
  const confirmed = toConfirm.flatMap((row) => confirmLines(row));
  return [
    'expect:',
    `  ${remark('of every pair that no rule mentions')}`,
    `  default: ${fallback}`,
    ...(rules.length > 0 ? ['  rules:'] : confirmed.length > 0 ? ['  # rules:'] : []),
    ...rules.flatMap(ruleLines),
    ...confirmed,
  ];
}

function ruleLines({ from, to, ports, expect, reason }: RuleDraft): string[] {
  return [
    `    - from: ${names(from)}`,
    `      to: ${names(to)}`,
    `      ports: ${portsText(ports)}`,
    `      expect: ${expect}`,
    `      reason: ${text(reason)}`,
  ];
}

function confirmLines({ rules }: ConfirmDraft): string[] {
  return rules.map(({ from, to, ports, expect, reason }) => {
    const fields = [
      `from: ${names(from)}`,
      `to: ${names(to)}`,
      `ports: ${portsText(ports)}`,
      `expect: ${expect}`,
    ];
    return `    # - { ${fields.join(', ')}, reason: ${text(reason)} }`;
  });
}

function portsText(ports: readonly PortSpec[] | 'all'): string {
  return ports === 'all' ? 'all' : list(ports.map(portKey));
}

function names(items: readonly string[]): string {
  const [only] = items;
  return items.length === 1 && only !== undefined ? text(only) : list(items);
}

function list(items: readonly string[]): string {
  return `[${items.map(text).join(', ')}]`;
}

function map(entries: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(entries).map(([key, value]) => `${text(key)}: ${text(value)}`);
  return `{ ${pairs.join(', ')} }`;
}

/** Words that some YAML reads as something else than text. */
const NOT_TEXT = /^(true|false|null|yes|no|on|off|y|n)$/i;

/** Plain where no reader could take it for anything else; otherwise in quotes, escaped as in JSON, which is YAML. */
function text(value: string): string {
  const isPlain = /^[A-Za-z][A-Za-z0-9_./-]*$/.test(value) && !NOT_TEXT.test(value);
  return isPlain ? value : escapeJson(JSON.stringify(value));
}
