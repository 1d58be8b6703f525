/** Runs git, without a shell, on a repository that may be anybody's: nothing in its configuration is executed. */
import { spawn } from 'node:child_process';
import { NetproofError } from '../../model/errors.ts';

export interface Git {
  /** Standard output of `git ARGS`, bytes. Rejects with `file-unreadable` and git's own words. */
  (args: readonly string[], input?: string): Promise<Buffer>;
}

/** What a repository's own configuration could name as a program to run (git-config(1)). */
const HARMLESS: readonly string[] = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.pager=cat',
  'gpg.program=gpg',
  'gpg.ssh.program=ssh-keygen',
  'gpg.x509.program=gpgsm',
  'log.showSignature=false',
  'protocol.allow=never',
].flatMap((setting) => ['-c', setting]);

export function gitIn(folder: string, signal: AbortSignal, env = process.env): Git {
  const { PATH, HOME, GNUPGHOME } = env;
  const surroundings = {
    PATH,
    HOME,
    ...(GNUPGHOME !== undefined && { GNUPGHOME }),
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_LAZY_FETCH: '1',
  };
  return (args, input) =>
    new Promise((resolve, reject) => {
      const child = spawn('git', ['--no-pager', ...HARMLESS, '-C', folder, ...args], {
        env: surroundings,
        signal,
      });
      const [out, err]: [Buffer[], Buffer[]] = [[], []];
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
      // A child that ends early leaves nobody to read: its exit code tells.
      child.stdin.on('error', () => undefined).end(input ?? '');
      child.on('error', (cause) => reject(failed(folder, cause.message, cause)));
      child.on('close', (code) => {
        if (code === 0) resolve(Buffer.concat(out));
        else reject(failed(folder, Buffer.concat(err).toString('utf8').trim() || `git ended with ${code}`));
      });
    });
}

function failed(folder: string, why: string, cause?: unknown): NetproofError {
  return new NetproofError('file-unreadable', `git can't read ${folder}: ${why}`, {
    hint: '--git takes the folder of a clone, and after a colon the folder in it',
    ...(cause === undefined ? {} : { cause }),
  });
}
