/** What a rule matches packets against. */
import { nameFor } from '../nftables.ts';
import type { Cluster } from './cluster.ts';

/** A set that is defined by a policy's words and filled by the cluster's pods. */
export interface RuleSet {
  readonly name: string;
  readonly type: string;
  readonly elements: (cluster: Cluster) => readonly string[];
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
  elements: RuleSet['elements'],
): RuleSet {
  return { name: nameFor(prefix, JSON.stringify(meaning)), type, elements };
}
