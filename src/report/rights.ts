/** What `netproof rbac` prints: the rights that a command can't do without, then those that only help it. */
import type { Subject } from '../model/access.ts';
import type { RoleRule, RoleRules } from '../model/plan.ts';
import { groupBy } from './group.ts';
import { rbacManifests } from './rbac.ts';
import { wrap } from './text.ts';

export interface DescribedRights {
  /** Of the roles. Those for another command have another: they would replace each other when they are applied. */
  readonly name: string;
  /** What the needed rights are for, in sentences. */
  readonly title: string;
  readonly needed: readonly RoleRules[];
  /** How it is without the optional ones: what follows `Optional: `. */
  readonly without?: string;
  readonly optional?: readonly RoleRules[];
}

export function describeRights(
  { name, title, needed, without = '', optional = [] }: DescribedRights,
  subject: Subject | undefined,
): string {
  const first = [...comment(title), rbacManifests(inOne(needed), { subject, name })].join('\n');
  if (optional.length === 0) return first;
  const second = rbacManifests(inOne(optional), { subject, name: `${name}-optional` });
  return [first.trimEnd(), '---', ...comment(`Optional: ${without}`), second].join('\n');
}

const WIDTH = 110;

function comment(text: string): readonly string[] {
  return wrap(text, WIDTH).map((line) => `# ${line}`);
}

/** Two roles of one name in one place would replace each other. */
function inOne(roles: readonly RoleRules[]): readonly RoleRules[] {
  const byNamespace = groupBy(roles, ({ namespace }) => namespace);
  return [...byNamespace].map(([namespace, those]) => ({
    ...(namespace === undefined ? {} : { namespace }),
    rules: distinct(those.flatMap(({ rules }) => rules)),
  }));
}

/** Several scenarios need much the same. */
function distinct(rules: readonly RoleRule[]): readonly RoleRule[] {
  return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
}
