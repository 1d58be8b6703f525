/** A scenario's document while it is being read: what is in it, what is wrong with it so far. */
import type { Issue, Position } from '../model/errors.ts';
import type { Misfit } from './check.ts';
import type { ScenarioDocument } from './document.ts';
import { issue } from './words.ts';
import type { Document, Path } from './yaml.ts';

type Section = 'namespaces' | 'workloads' | 'targets' | 'zones';
type Entry<S extends Section> = NonNullable<ScenarioDocument[S]>[string];

export class Reading {
  readonly issues: Issue[] = [];
  /** Workloads, targets and zones of which nothing more can be said. */
  readonly brokenNames = new Set<string>();
  readonly #document: Document;
  readonly #broken: ReadonlySet<string>;
  /** Everything that is broken or has something broken in it. */
  readonly #above: ReadonlySet<string>;

  constructor(document: Document, misfits: readonly Misfit[]) {
    this.#document = document;
    const breaks = misfits.flatMap((misfit) => misfit.breaks);
    this.#broken = new Set(breaks.map(pointer));
    this.#above = new Set(breaks.flatMap(heads));
    this.issues.push(...misfits.map((misfit) => misfit.issue));
    for (const section of ['workloads', 'targets', 'zones'] as const) {
      for (const name of this.names(section)) {
        if (this.isBroken([section, name])) this.brokenNames.add(name);
      }
    }
  }

  /** Fits the schema, except where `isBroken` says no. */
  get content(): ScenarioDocument {
    return this.#document.value as unknown as ScenarioDocument;
  }

  at(path: Path, part?: 'key' | 'value', within?: number): Position {
    return this.#document.at(path, part, within);
  }

  report(path: Path, message: string, hint?: string, part?: 'key' | 'value'): void {
    this.reportAt(this.at(path, part), message, hint);
  }

  reportAt(position: Position, message: string, hint?: string): void {
    this.issues.push(issue(position, message, hint));
  }

  /** True if the schema refused the value, or anything in it. */
  isBroken(path: Path): boolean {
    return this.#above.has(pointer(path));
  }

  /** True if the schema refused the value as a whole: not even its parts can be looked at. */
  isUnusable(path: Path): boolean {
    return heads(path).some((head) => this.#broken.has(head));
  }

  /** Every name in a section, those of broken entries too. */
  names(section: Section): string[] {
    return this.isUnusable([section]) ? [] : Object.keys(this.content[section] ?? {});
  }

  /** The entries of a section that are not broken. */
  entries<S extends Section>(section: S): [name: string, entry: Entry<S>][] {
    const entries = (this.content[section] ?? {}) as Readonly<Record<string, Entry<S>>>;
    const sound = this.names(section).filter((name) => !this.isBroken([section, name]));
    return sound.map((name) => [name, entries[name] as Entry<S>]);
  }
}

/** As text, to be found in a set. */
function pointer(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The path and every path above it. */
function heads(path: Path): string[] {
  return [...path, ''].map((_, length) => pointer(path.slice(0, length)));
}
