/** Why today's policies mean what a rule says: the policies' names, for its `reason`. */
import type { Because, Decision, Prediction } from '../policy/prediction.ts';
import { policyName } from '../policy/rules.ts';
import type { CoverRule } from './cover.ts';
import type { Grid } from './grid.ts';

/** Pairs of a rule that are looked at; more repeat themselves. */
const MOST_PAIRS = 60;
const MOST_NAMES = 4;
/** The schema's limit is 500. */
const MAX_LENGTH = 400;

export function reasonFor(rule: Pick<CoverRule, 'sources' | 'endpoints'>, grid: Grid): string {
  const predictions = sampled(rule).flatMap(([source, endpoint]) => grid.explain(source, endpoint) ?? []);
  const parts = [
    ...side('egress', predictions.flatMap(deciding('egress'))),
    ...side('ingress', predictions.flatMap(deciding('ingress'))),
    ...doubts(predictions),
  ];
  const text = parts.length > 0 ? parts.join('; ') : 'not known from here';
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 3)}...` : text;
}

/** Evenly over all pairs. */
function sampled({
  sources,
  endpoints,
}: Pick<CoverRule, 'sources' | 'endpoints'>): (readonly [number, number])[] {
  const total = sources.length * endpoints.length;
  const step = Math.max(1, total / MOST_PAIRS);
  const pairs: (readonly [number, number])[] = [];
  for (let at = 0; at < total; at += step) {
    const pair = Math.floor(at);
    pairs.push([sources[Math.floor(pair / endpoints.length)] ?? 0, endpoints[pair % endpoints.length] ?? 0]);
  }
  return pairs;
}

/** Both sides let an allowed connection through; one is enough to deny. */
function deciding(direction: 'egress' | 'ingress') {
  return (prediction: Prediction): readonly Decision[] =>
    prediction[direction].verdict === prediction.verdict ? [prediction[direction]] : [];
}

function side(direction: string, decisions: readonly Decision[]): readonly string[] {
  const names = [...new Set(decisions.flatMap(({ because }) => namesIn(because)))];
  if (names.length === 0) return [];
  const rest = names.length - MOST_NAMES;
  return [`${direction}: ${names.slice(0, MOST_NAMES).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`];
}

function namesIn(because: Because): readonly string[] {
  switch (because.kind) {
    case 'no-pod':
    case 'itself':
      return [];
    case 'not-isolated':
      return ['no policy'];
    case 'own-node':
      return ['the own node is always allowed'];
    case 'admin-rule':
      return [because.hit.rule.id];
    case 'allowed':
      return because.hits.slice(0, 1).map(({ rule }) => rule.id);
    case 'default-deny':
      return because.isolatedBy.map((policy) => `isolated by ${policyName(policy)}`);
  }
}

function doubts(predictions: readonly Prediction[]): readonly string[] {
  const [first] = predictions.flatMap((prediction) => prediction.doubts);
  return first === undefined ? [] : [`not certain: ${first.text}`];
}
