/** Whatever came before, the kernel ends with the same ruleset as if the last state had been its first. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { difference, rebuild } from '../../src/sandbox/network/difference.ts';
import type { Table } from '../../src/sandbox/network/nftables.ts';
import { Kernel } from '../unit/sandbox-network/kernel.ts';
import { enforcements, states, tablesOf } from '../unit/sandbox-network/states.ts';

const afresh = (tables: readonly Table[]): Kernel => {
  const kernel = new Kernel();
  kernel.run(tables.flatMap(rebuild));
  return kernel;
};

test('states programmed one after the other end as the last one programmed from nothing', () => {
  fc.assert(
    fc.property(states(5), fc.array(enforcements, { minLength: 5, maxLength: 5 }), (all, behaviours) => {
      const kernel = new Kernel();
      let before: readonly Table[] = [];
      for (const [at, state] of all.entries()) {
        const healthy = { enforced: { ingress: true, egress: true }, denial: 'drop' } as const;
        const after = tablesOf(state, 'worker-1', at % 2 === 0 ? healthy : (behaviours[at] ?? healthy));
        const was = before;
        kernel.run(
          after.flatMap((table, index) => {
            const old = was[index];
            return old === undefined ? rebuild(table) : difference(old, table);
          }),
        );
        expect(kernel.tables).toEqual(afresh(after).tables);
        before = after;
      }
    }),
    { numRuns: 300 },
  );
});

test('a ruleset is rebuilt over any other, and nothing is done for the same one', () => {
  fc.assert(
    fc.property(states(2), enforcements, (all, behaviour) => {
      const [first = [], second = first] = all.map((state) => tablesOf(state, 'worker-2', behaviour));
      const kernel = afresh(first);
      kernel.run(second.flatMap(rebuild));
      expect(kernel.tables).toEqual(afresh(second).tables);
      const again = tablesOf(
        all.at(-1) ?? { namespaces: [], pods: [], policies: [], services: [] },
        'worker-2',
        behaviour,
      );
      expect(second.flatMap((table, index) => difference(table, again[index] ?? table))).toEqual([]);
    }),
  );
});

test('a pod that comes or goes changes elements only', () => {
  fc.assert(
    fc.property(states(1), ([state]) => {
      // Without a node of its own, a pod is only a peer: it brings no rules.
      const pods = state?.pods.filter(({ node }) => node === 'worker-2') ?? [];
      fc.pre(state !== undefined && pods.length > 0);
      const fewer = { ...state, pods: state.pods.filter((pod) => pod !== pods[0]) };
      const how = { enforced: { ingress: true, egress: true }, denial: 'drop' } as const;
      const [with_, without] = [state, fewer].map((each) => tablesOf(each, 'worker-1', how)[1]);
      if (with_ === undefined || without === undefined) throw new Error('no table of policies');
      const commands = [...difference(with_, without), ...difference(without, with_)];
      expect(commands.filter((command) => !/^(add|delete) element /.test(command))).toEqual([]);
    }),
  );
});
