import { readFile } from 'node:fs/promises';
import type { SignatureState, Verification } from '../../audit/evidence/verify.ts';
import { EXIT, NetproofError } from '../../model/errors.ts';
import { visible } from '../../report/escape.ts';
import { count } from '../../report/text.ts';
import type { Command } from '../command.ts';

export interface VerifyArguments {
  readonly folder: string;
  readonly key: string | undefined;
}

export const verifyEvidence: Command<VerifyArguments> = {
  usage: 'verify-evidence <folder>',
  describe: 'Check that an evidence folder is as it was written, and who signed it',
  options: (parser) =>
    parser
      .positional('folder', { type: 'string', demandOption: true, describe: 'Evidence folder' })
      .option('key', {
        type: 'string',
        requiresArg: true,
        describe: 'Public key (PEM) that it must be signed with',
      })
      .example(
        '$0 verify-evidence audit-2026-q4 --key auditor.pem',
        'names what is missing, changed or added',
      ),
  execute: async ({ folder, key }, { terminal }) => {
    const { isIntact, verifyEvidence: verify } = await import('../../audit/evidence/verify.ts');
    const verification = await verify(folder, key === undefined ? undefined : await keyText(key));
    await terminal.out.write(`${linesOf(folder, verification).map(visible).join('\n')}\n`);
    return isIntact(verification) ? EXIT.proven : EXIT.failed;
  },
};

async function keyText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new NetproofError('file-unreadable', `can't read the key ${path}`, { cause });
  }
}

function linesOf(folder: string, { files, missing, changed, added, signature }: Verification): string[] {
  const wrong = [
    ...missing.map((path) => `missing  ${path}`),
    ...changed.map((path) => `changed  ${path}`),
    ...added.map((path) => `added    ${path}`),
  ];
  const whole = wrong.length === 0 ? 'as they were written' : `${count(wrong.length, 'file')} not as written`;
  return [...wrong, `${folder}: ${count(files, 'file')}, ${whole}; ${signatureWords(signature)}`];
}

function signatureWords(signature: SignatureState): string {
  switch (signature.kind) {
    case 'none':
      return 'not signed';
    case 'good':
      return `signed by the given key, SHA-256 ${signature.fingerprint}`;
    case 'unattested':
      return `signed by the key that lies beside it, SHA-256 ${signature.fingerprint}: --key says whose it must be`;
    case 'bad':
      return `BAD signature: ${signature.why}`;
  }
}
