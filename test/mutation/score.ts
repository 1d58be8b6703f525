/** Whether what was found is what was injected, and nothing else; pure. */
import type { PreflightResult } from '../../src/model/result.ts';
import type { Mutation } from './expected.ts';

/** What is wrong with the answer, in words; empty if it is right. */
export function faultsOf(mutation: Mutation, { record, summary }: PreflightResult): readonly string[] {
  const { proofs, conditions, measures, denySignature, findings } = record.capabilities;
  const absent = proofs.filter(({ proof }) => proof === 'absent').map(({ capability }) => capability);
  const unknown = proofs.filter(({ proof }) => proof === 'unknown').map(({ capability }) => capability);
  const told = conditions.map(({ name }) => name);
  const text = findings.join('\n');
  return [
    ...differences('absent', mutation.absent, absent),
    ...differences('told', mutation.conditions, told),
    ...(mutation.says === undefined || mutation.says.test(text)
      ? []
      : [`not said: ${mutation.says} in ${text}`]),
    ...(mutation.established === undefined || mutation.established === measures.established
      ? []
      : [`established ${measures.established ?? 'unknown'}, not ${mutation.established}`]),
    ...(mutation.deny === undefined ? [] : deniedOtherwise(mutation.deny, denySignature.tcp)),
    // Without a fault everything can be told.
    ...(mutation.defect || unknown.length === 0 ? [] : [`unknown: ${unknown.join(', ')}`]),
    ...(mutation.defect || summary.exitCode === 0 ? [] : [`exit code ${summary.exitCode}`]),
  ];
}

function deniedOtherwise(wanted: NonNullable<Mutation['deny']>, got: readonly string[]): readonly string[] {
  const isAsWanted = got.includes(wanted[0] ?? '') && got.every((outcome) => wanted.includes(outcome));
  return isAsWanted ? [] : [`denies are ${got.join()}, not ${wanted.join()}`];
}

function differences(what: string, wanted: readonly string[], got: readonly string[]): readonly string[] {
  return [
    ...wanted.filter((each) => !got.includes(each)).map((each) => `not ${what}: ${each}`),
    ...got.filter((each) => !wanted.includes(each)).map((each) => `${what} as well: ${each}`),
  ];
}
