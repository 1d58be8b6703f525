/** A verdict by class claims nothing that the scenario does not expect of the other pair, by the same line. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Cell } from '../../src/model/matrix.ts';
import type { Rule, Workload } from '../../src/model/scenario.ts';
import { declaredClasses } from '../../src/prediction/classes.ts';
import { expandMatrix } from '../../src/scenario/expand.ts';
import { rule, scenario, workload } from '../unit/scenario/make.ts';

const NAMES = ['a-1', 'a-2', 'a-3', 'b-1', 'b-2'];
const side = fc.constantFrom(...NAMES, 'a-*', 'b-*', '*', '*-1');
const rules = fc
  .array(fc.tuple(side, side), { maxLength: 3 })
  .map((pairs) => pairs.map(([from, to], index): Rule => rule(index + 2, from, to, 'all')));
const workloads = fc
  .array(fc.record({ app: fc.constantFrom('x', 'y'), port: fc.constantFrom('tcp/80', 'tcp/81') }), {
    minLength: NAMES.length,
    maxLength: NAMES.length,
  })
  .map((all) =>
    all.map(({ app, port }, index): Workload => {
      return { ...workload(NAMES[index] ?? '', [port]), labels: { app, n: String(index) } };
    }),
  );

test('members of a class are expected to do the same, line by line', () => {
  let merged = 0;
  fc.assert(
    fc.property(workloads, rules, (some, lines) => {
      const made = scenario({ workloads: some, rules: lines });
      const cells = new Map(
        expandMatrix(made).cells.map((cell) => [`${cell.source} ${cell.endpoint.destination}`, cell]),
      );
      const same = (one: string, other: string): void => {
        const told = [cells.get(one), cells.get(other)].map((cell) => [cell?.expect, lineOf(cell)]);
        expect(told[1]).toEqual(told[0]);
      };
      for (const { representative, members } of declaredClasses(made)) {
        for (const member of members) {
          merged += 1;
          for (const name of NAMES) {
            same(`${representative} ${name}`, `${member} ${name}`);
            same(`${name} ${representative}`, `${name} ${member}`);
          }
          same(`${representative} ${representative}`, `${member} ${member}`);
        }
      }
    }),
    { numRuns: 300 },
  );
  expect(merged).toBeGreaterThan(0);
});

function lineOf(cell: Cell | undefined): number | undefined {
  return cell?.origin.line;
}
