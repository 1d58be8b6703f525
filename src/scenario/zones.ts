/** Zones, and the one name space of workloads, targets and zones. */
import type { Zone } from '../model/scenario.ts';
import { matchesGlob } from './glob.ts';
import type { Reading } from './reading.ts';
import { didYouMean, quote } from './words.ts';

/** Reports names that are used for two things: a rule could not tell them apart. */
export function checkNames(reading: Reading): void {
  const used = new Map<string, { readonly what: string; readonly line: number }>();
  for (const section of ['workloads', 'targets', 'zones'] as const) {
    for (const name of reading.names(section)) {
      const { line } = reading.at([section, name], 'key');
      const earlier = used.get(name);
      if (earlier === undefined) used.set(name, { what: section.slice(0, -1), line });
      else {
        const message = `${quote(name)} is already the name of a ${earlier.what} (line ${earlier.line})`;
        reading.report([section, name], message, 'rules need one name for one thing', 'key');
        reading.brokenNames.add(name);
      }
    }
  }
}

/** Zones with their globs resolved to names. */
export function readZones(reading: Reading): Zone[] {
  const names = [...new Set([...reading.names('workloads'), ...reading.names('targets')])];
  const complete = !reading.isUnusable(['workloads']) && !reading.isUnusable(['targets']);
  return reading.entries('zones').map(([name, members]) => {
    const found = members.flatMap((member, index) => {
      const matched = names.filter((candidate) => matchesGlob(member, candidate));
      if (matched.length === 0 && complete) reportMember(name, index, member, names, reading);
      if (matched.length === 0) reading.brokenNames.add(name);
      return matched;
    });
    return { name, members: [...new Set(found)], position: reading.at(['zones', name], 'key') };
  });
}

function reportMember(
  zone: string,
  index: number,
  member: string,
  names: readonly string[],
  reading: Reading,
): void {
  const path = ['zones', zone, index];
  if (reading.names('zones').includes(member)) {
    reading.report(path, `${quote(member)} is a zone: zones hold workloads and targets`);
  } else if (/[*?]/.test(member)) {
    reading.report(path, `${quote(member)} matches no workload and no target`);
  } else {
    reading.report(path, `unknown name ${quote(member)}`, didYouMean(member, names));
  }
}
