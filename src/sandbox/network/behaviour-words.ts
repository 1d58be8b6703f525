/** Reads behaviours from words, and lists the words. */
import { NetproofError } from '../../model/errors.ts';
import { nearest } from '../../model/nearest.ts';
import { HEALTHY } from './behaviour.ts';
import type { AgentFaults, CniBehaviour } from './behaviour.ts';
import { PRESETS } from './presets.ts';
import type { Change } from './presets.ts';

/**
 * Reads presets joined by `+`: `reject`, `slow=500+udp-unfiltered`. Of two that set the same switch the later
 * counts. Rejects with `usage` what is none, naming the nearest.
 *
 * @param nodes those that there are, where that is known: a behaviour may name one
 */
export function parseBehaviour(text: string, nodes?: readonly string[]): CniBehaviour {
  const behaviour = text.split('+').reduce((before, word) => changeOf(word)(before), HEALTHY);
  if (nodes !== undefined) checkNodes(behaviour.agents, nodes);
  return behaviour;
}

/** A line per preset. */
export function describeBehaviours(): string {
  const width = Math.max(...PRESETS.map(({ form }) => form.length));
  return PRESETS.map(({ form, does }) => `  ${form.padEnd(width)}  ${does}`).join('\n');
}

function changeOf(word: string): Change {
  const [name = '', argument] = split(word);
  const preset = PRESETS.find((candidate) => candidate.name === name);
  if (preset === undefined) throw unknown(word, name);
  const change = preset.read(argument);
  if (change !== undefined) return change;
  throw new NetproofError('usage', `not a sandbox CNI behaviour: ${JSON.stringify(word)}`, {
    hint: `it is written ${preset.form}`,
  });
}

function split(word: string): readonly string[] {
  const at = word.indexOf('=');
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

function unknown(word: string, name: string): NetproofError {
  const names = PRESETS.map((preset) => preset.name);
  const near = nearest(name, names);
  return new NetproofError('usage', `no such sandbox CNI behaviour: ${JSON.stringify(word)}`, {
    hint: near === undefined ? `one of ${names.join(', ')}` : `did you mean ${near}?`,
  });
}

function checkNodes({ dead, stopped }: AgentFaults, nodes: readonly string[]): void {
  const missing = [...dead, ...stopped].find((node) => !nodes.includes(node));
  if (missing === undefined) return;
  throw new NetproofError('usage', `the sandbox has no node ${JSON.stringify(missing)}`, {
    hint: `its nodes are ${nodes.join(', ')}`,
  });
}
