/** A preflight for people, to be read in ten seconds: what is proven in one line, what is not in one line each. */
import type { CapabilityProof, Proof } from '../model/capabilities.ts';
import { EXIT } from '../model/errors.ts';
import type { PreflightResult } from '../model/result.ts';
import { CAPABILITY_WORDS, measureParts, namesOf, PROOF_WORDS, proofsWith } from './capabilities.ts';
import { detectionWarnings, enforcerLine } from './detection.ts';
import { visible } from './escape.ts';
import { type Look, lookOf } from './marks.ts';
import type { RenderOptions } from './render.ts';
import { count, duration, padEnd, wrap } from './text.ts';
import { signatureWords } from './words.ts';

const KEY_WIDTH = 11;
const NAME_WIDTH = 20;
const SIGNS = { proven: ['✓', '+'], absent: ['✗', 'x'], unknown: ['?', '?'] } as const;

export function renderPreflight(result: PreflightResult, options: RenderOptions): string {
  const look = lookOf(options);
  const { capabilities } = result.record;
  const sections = [
    headerLines(result, look),
    [
      ...provenLines(result, look),
      ...(['absent', 'unknown'] as const).flatMap((proof) =>
        proofsWith(proof, capabilities).flatMap((each) => proofLines(each, look)),
      ),
    ],
    capabilities.conditions.flatMap(({ message }) => wrap(visible(`note: ${message}`), look.width)),
    summaryLines(result, look),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headerLines({ record, tool }: PreflightResult, look: Look): string[] {
  const { cluster, capabilities, detection } = record;
  const name = cluster.sandbox ? "netproof's own sandbox, not a real cluster" : cluster.context;
  const nodes = count(cluster.nodes.length, 'node');
  const tested = capabilities.nodes.map(({ node }) => node).join(', ');
  const rows: (readonly [string, string])[] = [
    ['cluster', `${name}: ${cluster.server}, Kubernetes ${cluster.version}, ${nodes}`],
    ['engine', `${enforcerLine(detection)} (detected, not proven)`],
    ...detectionWarnings(detection).map((warning) => ['', warning] as const),
    ['tested on', tested === '' ? 'no node' : tested],
    ['denies', signatureWords(capabilities) ?? 'not learned'],
    ['measured', measureParts(capabilities.measures).join('; ') || 'nothing'],
    ['run', `${record.runId}, netproof ${tool.version}, ${new Date(record.startedAt).toISOString()}`],
  ];
  return rows.flatMap(([key, value]) =>
    wrap(visible(value), look.width - KEY_WIDTH).map(
      (line, i) => padEnd(i === 0 ? look.colors.dim(key) : '', KEY_WIDTH) + line,
    ),
  );
}

function provenLines({ record }: PreflightResult, look: Look): string[] {
  const proven = proofsWith('proven', record.capabilities);
  if (proven.length === 0) return [];
  const lines = wrap(namesOf(proven), look.width - KEY_WIDTH);
  return lines.map((line, i) =>
    i === 0 ? `${padEnd(mark('proven', look), KEY_WIDTH)}${line}` : `${' '.repeat(KEY_WIDTH)}${line}`,
  );
}

function proofLines({ capability, proof, because }: CapabilityProof, look: Look): string[] {
  const start = `${padEnd(mark(proof, look), KEY_WIDTH)}${padEnd(CAPABILITY_WORDS[capability], NAME_WIDTH)}`;
  const indent = KEY_WIDTH + NAME_WIDTH;
  return wrap(visible(because), Math.max(20, look.width - indent)).map((line, i) =>
    i === 0 ? start + line : ' '.repeat(indent) + line,
  );
}

function mark(proof: Proof, { unicode, colors }: Look): string {
  const paint = { proven: colors.green, absent: colors.red, unknown: colors.yellow }[proof];
  return paint(`${SIGNS[proof][unicode ? 0 : 1]} ${PROOF_WORDS[proof]}`);
}

const MEANINGS = {
  [EXIT.proven]: 'everything that was tested is enforced',
  [EXIT.unenforced]: 'something is not enforced',
  [EXIT.inconclusive]: 'nothing was seen to be missing, but something could not be told',
} as const;

function summaryLines({ summary, record }: PreflightResult, { colors, width }: Look): string[] {
  const { proven, absent, unknown, exitCode } = summary;
  const [word, paint] =
    absent > 0
      ? ['NOT ENFORCED', colors.red]
      : unknown > 0
        ? ['NOT ALL PROVEN', colors.yellow]
        : ['PROVEN', colors.green];
  const took = duration(record.endedAt - record.startedAt);
  const counts = `${proven} proven, ${absent} absent, ${unknown} unknown, in ${took}`;
  const meaning = MEANINGS[exitCode as keyof typeof MEANINGS];
  return wrap(`${colors.bold(paint(word))}  ${counts}; exit ${exitCode}: ${meaning}`, width);
}
