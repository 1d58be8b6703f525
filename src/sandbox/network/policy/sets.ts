/** What a rule matches packets against. */
import { nameFor, setOf } from '../nftables.ts';
import type { Collection } from '../nftables.ts';
import type { Cluster } from './cluster.ts';

/** A set that is defined by a policy's words and filled by the cluster's pods. */
export interface RuleSet {
  readonly name: string;
  readonly filled: (cluster: Cluster) => Collection;
}

/** Text of nftables; `''` matches everything. */
export interface Match {
  readonly text: string;
  /** The set that the text refers to. */
  readonly set?: RuleSet;
}

export const EVERYTHING: Match = { text: '' };

/** @param meaning tells sets of one prefix apart */
export function ruleSet(
  prefix: string,
  type: string,
  meaning: unknown,
  elements: (cluster: Cluster) => readonly string[],
): RuleSet {
  const name = nameFor(prefix, JSON.stringify(meaning));
  return { name, filled: (cluster) => cluster.once(name, () => setOf(type, elements(cluster))) };
}
