/** YAML → plain values, with the place of every key and value. */
import { YAMLException, parseEvents } from 'js-yaml';
import type { Event } from 'js-yaml';
import type { Issue, Position } from '../model/errors.ts';
import { Composer } from './compose.ts';
import type { Child, Node, Problem, Value, Version } from './compose.ts';
import { locator } from './text.ts';
import { issue } from './words.ts';

export type { Value, Version } from './compose.ts';

export type Path = readonly (string | number)[];

export interface Document {
  readonly value: Value;
  /**
   * Place of the value that the path leads to, or of its key; of the nearest thing above if that is missing.
   * `within` counts characters into the text of a scalar.
   */
  readonly at: (path: Path, part?: 'key' | 'value', within?: number) => Position;
}

export interface Parsed {
  /** Documents that are not empty. */
  readonly documents: readonly Document[];
  /** What makes the values unfit to be looked at. */
  readonly issues: readonly Issue[];
  /** Keys that are there twice; the first one counts. */
  readonly duplicates: readonly Issue[];
}

/** Values in one document, aliases expanded: enough for any real file, far too few for a YAML bomb. */
const MAX_VALUES = 200_000;

export function parseYaml(
  text: string,
  file: string,
  version: Version = '1.2',
  maxValues = MAX_VALUES,
): Parsed {
  const locate = locator(text, file);
  let events: Event[];
  try {
    events = parseEvents(text, { filename: file });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return { documents: [], issues: [syntaxIssue(error, text, locate)], duplicates: [] };
  }
  const composer = new Composer(text, events, version);
  const roots = composer.documents().filter((root) => root.value !== null);
  const tell = (problem: Problem): Issue => describe(problem, locate);
  const duplicates = composer.problems.filter((problem) => problem.earlier !== undefined).map(tell);
  const issues = composer.problems.filter((problem) => problem.earlier === undefined).map(tell);
  const bombs = roots.filter((root) => root.size > maxValues);
  const message = `this holds more than ${maxValues} values once its aliases are expanded`;
  issues.push(...bombs.map((root) => issue(locate(root.start), message)));
  const sound = roots.filter((root) => !bombs.includes(root));
  const documents = sound.map((root) => ({ value: root.value, at: finder(root, locate) }));
  return { documents, issues, duplicates };
}

function describe({ offset, message, hint, earlier }: Problem, locate: (offset: number) => Position): Issue {
  const first = earlier === undefined ? '' : `: first on line ${locate(earlier).line}`;
  return issue(locate(offset), `${message}${first}`, hint);
}

function finder(root: Node, locate: (offset: number) => Position): Document['at'] {
  return (path, part = 'value', within) => {
    let child: Child = { node: root, keyStart: root.start, keyTextStart: root.start };
    for (const step of path) {
      const next = child.node.children.get(String(step));
      if (next === undefined) break;
      child = next;
    }
    const { node, keyStart, keyTextStart } = child;
    if (part === 'key') return locate(within === undefined ? keyStart : keyTextStart + within);
    return locate(within === undefined ? node.start : node.textStart + within);
  };
}

function syntaxIssue(error: YAMLException, text: string, locate: (offset: number) => Position): Issue {
  const position = locate(error.mark?.position ?? 0);
  const line = text.split(/\r\n|\r|\n/)[position.line - 1] ?? '';
  let hint: string | undefined;
  if (/^[ ]*\t/.test(line)) hint = 'indent with spaces: YAML allows no tabs there';
  else if (/^\s*(- *)?\*/.test(line)) hint = 'text that begins with * needs quotes, as in "* -> web": all';
  return issue(position, `this is not valid YAML: ${error.reason}`, hint);
}
