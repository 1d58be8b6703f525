/** The matrix is complete, does not depend on the order of rules, and has a contradiction exactly if two rules do. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { NetproofError } from '../../src/model/errors.ts';
import type { Cell } from '../../src/model/matrix.ts';
import type { Expect, Rule, Scenario } from '../../src/model/scenario.ts';
import { expandMatrix } from '../../src/scenario/expand.ts';
import { port, rule, scenario, workload } from '../unit/scenario/make.ts';

const PORTS = ['tcp/8080', 'http/8081', 'udp/5353'];

/** A rule as indexes, so that what it means can be worked out without the code under test. */
interface Sketch {
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly port: number | undefined;
  readonly expect: Expect;
  readonly status: number | undefined;
}

const sizes = fc.integer({ min: 1, max: 5 });

const sketches = (count: number): fc.Arbitrary<Sketch[]> => {
  const names = fc.uniqueArray(fc.nat(count - 1), { minLength: 1, maxLength: count });
  const sketch = fc.record({
    from: names,
    to: names,
    port: fc.option(fc.nat(PORTS.length - 1), { nil: undefined }),
    expect: fc.constantFrom<Expect>('allow', 'deny'),
    status: fc.option(fc.constantFrom(200, 403), { nil: undefined }),
  });
  // A status belongs to an allowed HTTP port.
  const sensible = sketch.map((each) =>
    each.expect === 'allow' && (each.port === undefined || each.port === 1)
      ? each
      : { ...each, status: undefined },
  );
  return fc.array(sensible, { maxLength: 5 });
};

const cases = fc.record({ size: sizes, fallback: fc.constantFrom<Expect>('allow', 'deny') }).chain((base) =>
  sketches(base.size).chain((rules) =>
    fc.record({
      base: fc.constant(base),
      rules: fc.constant(rules),
      shuffled: fc.shuffledSubarray(rules, { minLength: rules.length }),
    }),
  ),
);

type Base = { readonly size: number; readonly fallback: Expect };

function made(base: Base, rules: readonly Sketch[]): Scenario {
  return scenario({
    workloads: Array.from({ length: base.size }, (_, n) => workload(`w${n}`, PORTS)),
    rules: rules.map(toRule),
    fallback: base.fallback,
  });
}

function toRule(sketch: Sketch, index: number): Rule {
  const names = (indexes: readonly number[]) => indexes.map((n) => `w${n}`).join(' ');
  const ports = sketch.port === undefined ? 'all' : (PORTS[sketch.port] ?? '');
  const more = sketch.status === undefined ? {} : { status: sketch.status };
  return rule(index + 2, names(sketch.from), names(sketch.to), ports, sketch.expect, more);
}

function covers(sketch: Sketch, from: number, to: number, at: number): boolean {
  return sketch.from.includes(from) && sketch.to.includes(to) && (sketch.port ?? at) === at;
}

function disagree(a: Sketch, b: Sketch, at: number): boolean {
  if (a.expect !== b.expect) return true;
  return at === 1 && a.status !== undefined && b.status !== undefined && a.status !== b.status;
}

/** Every cell as [source, destination, port]. */
function everyCell(size: number): [number, number, number][] {
  const indexes = Array.from({ length: size }, (_, n) => n);
  return indexes.flatMap((from) =>
    indexes.flatMap((to) => PORTS.map((_, at): [number, number, number] => [from, to, at])),
  );
}

/** Pairs of rules that disagree on some cell, by definition. */
function contradictingPairs(size: number, rules: readonly Sketch[]): Set<string> {
  const pairs = new Set<string>();
  for (const [from, to, at] of everyCell(size)) {
    rules.forEach((b, j) => {
      rules.slice(0, j).forEach((a, i) => {
        const both = covers(a, from, to, at) && covers(b, from, to, at);
        if (both && disagree(a, b, at)) pairs.add(`${i + 2}-${j + 2}`);
      });
    });
  }
  return pairs;
}

function expanded(value: Scenario): readonly Cell[] | NetproofError {
  try {
    return expandMatrix(value).cells;
  } catch (error) {
    if (error instanceof NetproofError) return error;
    throw error;
  }
}

const meaning = (all: readonly Cell[]) =>
  all.map(({ source, endpoint, expect: wanted, status }) => [source, endpoint.id, wanted, status]);

describe('expandMatrix', () => {
  test('has every ordered pair once, with what its rules say, or the default', () => {
    fc.assert(
      fc.property(cases, ({ base, rules }) => {
        const all = expanded(made(base, rules));
        fc.pre(!(all instanceof NetproofError));
        const wanted = everyCell(base.size).map(([from, to, at]) => {
          const about = rules.filter((sketch) => covers(sketch, from, to, at));
          const status = at === 1 ? about.find((sketch) => sketch.status !== undefined)?.status : undefined;
          const { protocol, port: number } = port(PORTS[at] ?? '');
          return [`w${from}`, `w${to}:${protocol}/${number}`, about[0]?.expect ?? base.fallback, status];
        });
        expect(meaning(all)).toEqual(wanted);
      }),
    );
  });

  test('finds a contradiction for exactly those pairs of rules that disagree on a cell', () => {
    fc.assert(
      fc.property(cases, ({ base, rules }) => {
        const all = expanded(made(base, rules));
        const found = all instanceof NetproofError ? all.issues : [];
        const pairs = found.map(({ message, position }) => {
          const earlier = /^contradicts line (\d+):/.exec(message)?.[1];
          return `${earlier}-${position?.line}`;
        });
        expect(new Set(pairs)).toEqual(contradictingPairs(base.size, rules));
        expect(pairs).toHaveLength(new Set(pairs).size);
      }),
      { numRuns: 300 },
    );
  });

  test('means the same in whatever order the rules stand', () => {
    fc.assert(
      fc.property(cases, ({ base, rules, shuffled }) => {
        const one = expanded(made(base, rules));
        const other = expanded(made(base, shuffled));
        if (one instanceof NetproofError || other instanceof NetproofError) {
          expect([one, other].every((each) => each instanceof NetproofError)).toBe(true);
          return;
        }
        expect(meaning(one)).toEqual(meaning(other));
      }),
    );
  });

  test('gives each cell the place of a rule that speaks about it, or of the default', () => {
    fc.assert(
      fc.property(cases, ({ base, rules }) => {
        const all = expanded(made(base, rules));
        fc.pre(!(all instanceof NetproofError));
        everyCell(base.size).forEach(([from, to, at], index) => {
          const lines = rules.flatMap((sketch, n) => (covers(sketch, from, to, at) ? [n + 2] : []));
          const place = all[index]?.origin.line ?? 0;
          expect(lines.length === 0 ? place === 1 : lines.includes(place)).toBe(true);
        });
      }),
    );
  });
});
