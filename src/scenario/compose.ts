/**
 * js-yaml's events → nodes: values with their places.
 *
 * Composing is done here because positions, both lines of a duplicate key, and keys as they are written (`01`
 * stays "01") are lost once js-yaml has built its objects.
 */
import {
  EVENT_ID,
  NOT_RESOLVED,
  SCALAR_STYLE,
  boolCoreTag,
  boolYaml11Tag,
  floatCoreTag,
  floatYaml11Tag,
  getScalarValue,
  intCoreTag,
  intYaml11Tag,
  nullCoreTag,
  nullYaml11Tag,
} from 'js-yaml';
import type { Event, ScalarEvent, ScalarTagDefinition } from 'js-yaml';
import { quote } from './words.ts';

export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

/** YAML 1.2 as js-yaml reads it by default; 1.1 is how Kubernetes reads manifests (`yes` is true, `010` is 8). */
export type Version = '1.1' | '1.2';

const TAGS: Readonly<Record<Version, readonly ScalarTagDefinition[]>> = {
  '1.1': [nullYaml11Tag, boolYaml11Tag, intYaml11Tag, floatYaml11Tag],
  '1.2': [nullCoreTag, boolCoreTag, intCoreTag, floatCoreTag],
};

/** Something wrong at an offset into the text. */
export interface Problem {
  readonly offset: number;
  readonly message: string;
  readonly hint?: string;
  /** Where the same thing stood first. */
  readonly earlier?: number;
}

export interface Node {
  readonly value: Value;
  readonly start: number;
  /** Where its text begins, after an opening quote. */
  readonly textStart: number;
  readonly children: ReadonlyMap<string, Child>;
  /** Values in it, itself included. */
  readonly size: number;
}

export interface Child {
  readonly node: Node;
  readonly keyStart: number;
  readonly keyTextStart: number;
}

/** Reads all documents of one text. */
export class Composer {
  readonly problems: Problem[] = [];
  readonly #text: string;
  readonly #events: readonly Event[];
  readonly #version: Version;
  #anchors = new Map<string, Node>();
  #next = 0;
  /** End of what was read last: the place of a value that is not there. */
  #offset = 0;

  constructor(text: string, events: readonly Event[], version: Version) {
    this.#text = text;
    this.#events = events;
    this.#version = version;
  }

  documents(): Node[] {
    const roots: Node[] = [];
    while (this.#next < this.#events.length) {
      this.#next++;
      this.#anchors = new Map();
      roots.push(this.#node());
      this.#next++;
    }
    return roots;
  }

  #node(): Node {
    const event = this.#events[this.#next++];
    switch (event?.type) {
      case EVENT_ID.SCALAR:
        return this.#anchored(event, this.#scalar(event));
      case EVENT_ID.SEQUENCE:
        this.#offset = event.start;
        return this.#anchored(event, this.#sequence(event.start));
      case EVENT_ID.MAPPING:
        this.#offset = event.start;
        return this.#anchored(event, this.#mapping(event.start));
      case EVENT_ID.ALIAS:
        return this.#alias(event.anchorStart, event.anchorEnd);
      default:
        throw new Error(`js-yaml gave an unexpected event ${JSON.stringify(event)}`);
    }
  }

  #anchored(
    event: {
      readonly anchorStart: number;
      readonly anchorEnd: number;
      readonly tagStart: number;
      readonly tagEnd: number;
    },
    node: Node,
  ): Node {
    if (event.anchorStart >= 0) {
      this.#anchors.set(this.#text.slice(event.anchorStart, event.anchorEnd), node);
    }
    if (event.tagStart >= 0) {
      const tag = this.#text.slice(event.tagStart, event.tagEnd);
      this.#problem(event.tagStart, `${quote(tag)} is a YAML tag, which has no use here`, NEEDS_QUOTES);
    }
    return node;
  }

  #scalar(event: ScalarEvent): Node {
    if (event.valueStart < 0) return leaf(null, this.#offset, this.#offset);
    const plain = event.style === SCALAR_STYLE.PLAIN;
    const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
    this.#offset = event.valueEnd;
    const text = getScalarValue(this.#text, event);
    const value = plain && event.tagStart < 0 ? this.#resolve(text) : text;
    return leaf(value, event.valueStart - (quoted ? 1 : 0), event.valueStart);
  }

  #resolve(text: string): Value {
    for (const tag of TAGS[this.#version]) {
      const value: unknown = tag.resolve(text, false, tag.tagName);
      if (value === NOT_RESOLVED) continue;
      if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
    }
    return text;
  }

  #sequence(start: number): Node {
    const items: Value[] = [];
    const children = new Map<string, Child>();
    let size = 1;
    while (this.#events[this.#next]?.type !== EVENT_ID.POP) {
      const node = this.#node();
      children.set(String(items.length), { node, keyStart: node.start, keyTextStart: node.textStart });
      items.push(node.value);
      size += node.size;
    }
    this.#next++;
    return { value: items, start, textStart: start, children, size };
  }

  #mapping(start: number): Node {
    const value: Record<string, Value> = {};
    const children = new Map<string, Child>();
    let size = 1;
    while (this.#events[this.#next]?.type !== EVENT_ID.POP) {
      const key = this.#key();
      const node = this.#node();
      size += node.size;
      if (key === undefined) continue;
      const earlier = children.get(key.text);
      if (earlier !== undefined) {
        const message = `${quote(key.text)} is here twice`;
        this.problems.push({ offset: key.start, message, earlier: earlier.keyStart });
        continue;
      }
      children.set(key.text, { node, keyStart: key.start, keyTextStart: key.textStart });
      // Not an assignment: `__proto__` is a key like any other.
      Object.defineProperty(value, key.text, {
        value: node.value,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
    this.#next++;
    return { value, start, textStart: start, children, size };
  }

  #key(): { readonly text: string; readonly start: number; readonly textStart: number } | undefined {
    const event = this.#events[this.#next];
    const { start, textStart } = this.#node();
    if (event?.type !== EVENT_ID.SCALAR) {
      this.#problem(start, 'a key must be plain text', NEEDS_QUOTES);
      return undefined;
    }
    const text = event.valueStart < 0 ? '' : getScalarValue(this.#text, event);
    if (text === '<<' && event.style === SCALAR_STYLE.PLAIN) {
      this.#problem(start, 'merging with "<<" is not supported', 'write the fields out');
      return undefined;
    }
    return { text, start, textStart };
  }

  #alias(anchorStart: number, anchorEnd: number): Node {
    const start = anchorStart - 1;
    this.#offset = anchorEnd;
    const name = this.#text.slice(anchorStart, anchorEnd);
    const target = this.#anchors.get(name);
    if (target === undefined) {
      this.#problem(start, `no complete value named by &${name} stands before this alias`, NEEDS_QUOTES);
      return leaf(null, start, start);
    }
    return { ...target, start, textStart: start };
  }

  #problem(offset: number, message: string, hint?: string): void {
    this.problems.push({ offset, message, ...(hint === undefined ? {} : { hint }) });
  }
}

const NEEDS_QUOTES = 'text that begins with * or ! or & needs quotes';

function leaf(value: Value, start: number, textStart: number): Node {
  return { value, start, textStart, children: new Map(), size: 1 };
}
