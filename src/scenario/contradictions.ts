/** Rules that disagree on a cell: one issue for each pair of rules, with an example. */
import type { Issue } from '../model/errors.ts';
import type { Grid } from './grid.ts';
import { hasStatus } from './resolve.ts';
import type { ResolvedRule } from './resolve.ts';
import { issue } from './words.ts';

/** Nobody reads more of them; the rest shows once these are put right. */
const MAX_PAIRS = 50;

export function contradictions(rules: readonly ResolvedRule[], grid: Grid): Issue[] {
  const issues: Issue[] = [];
  for (const [index, later] of rules.entries()) {
    const sources = new Set(later.sources);
    const endpoints = new Set(later.endpoints);
    for (const earlier of rules.slice(0, index)) {
      const why = disagreement(earlier, later);
      if (why === undefined) continue;
      const source = earlier.sources.find((s) => sources.has(s));
      const endpoint = earlier.endpoints.find(
        (e) => endpoints.has(e) && (why === 'expect' || hasStatus(grid.endpoints[e])),
      );
      if (source === undefined || endpoint === undefined) continue;
      const cell = `${grid.sources[source]} -> ${grid.endpoints[endpoint]?.id}`;
      issues.push(describe(earlier, later, why, cell));
      if (issues.length === MAX_PAIRS) return issues;
    }
  }
  return issues;
}

function disagreement(a: ResolvedRule, b: ResolvedRule): 'expect' | 'status' | undefined {
  if (a.rule.expect !== b.rule.expect) return 'expect';
  const [one, other] = [a.rule.status, b.rule.status];
  return one !== undefined && other !== undefined && one !== other ? 'status' : undefined;
}

function describe(earlier: ResolvedRule, later: ResolvedRule, why: 'expect' | 'status', cell: string): Issue {
  const says = ({ rule }: ResolvedRule): string => {
    if (why === 'status') return `asks for status ${rule.status}`;
    return rule.expect === 'allow' ? 'allows' : 'denies';
  };
  const line = `line ${earlier.rule.position.line}`;
  const message =
    why === 'status'
      ? `contradicts ${line}: for ${cell}, this rule ${says(later)} and ${line} ${says(earlier)}`
      : `contradicts ${line}: this rule ${says(later)} ${cell}, which ${line} ${says(earlier)}`;
  return issue(
    later.rule.position,
    message,
    'take the cell out of one of them with "!name", or name fewer ports',
  );
}
