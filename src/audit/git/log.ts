/** git's history → commits with their signatures and reviews. Text in a commit can't hold NUL, so NUL parts it. */
import type { Commit, Review, Signature } from './facts.ts';
import type { Git } from './git.ts';

/** Older ones say little about who approved what holds today, and each signature takes a process to check. */
const MOST_COMMITS = 2000;

const FIELDS = ['%H', '%G?', '%aN', '%aE', '%aI', '%GS', '%s', '%(trailers:only,unfold)'] as const;

/** Commits that touched each file of the folder, newest first. */
export async function commitsByFile(
  git: Git,
  head: string,
  folder: string,
): Promise<ReadonlyMap<string, readonly Commit[]>> {
  const range = [
    '--topo-order',
    `--max-count=${MOST_COMMITS}`,
    head,
    '--',
    ...(folder === '' ? [] : [folder]),
  ];
  const [texts, names, merges] = await Promise.all([
    git(['log', '-z', `--format=${FIELDS.join('%x00')}`, ...range]),
    git(['log', '-z', '--format=%H', '--name-only', ...range]),
    mergesOf(git, head),
  ]);
  const commits = new Map(
    records(texts).map((fields) => {
      const commit = commitOf(fields, merges);
      return [commit.hash, commit] as const;
    }),
  );
  return byFile(names, commits);
}

function records(bytes: Buffer): string[][] {
  const fields = bytes.toString('utf8').split('\0');
  const found: string[][] = [];
  for (let i = 0; i + FIELDS.length <= fields.length; i += FIELDS.length) {
    found.push(fields.slice(i, i + FIELDS.length));
  }
  return found;
}

function commitOf(fields: readonly string[], merges: ReadonlyMap<string, Merge>): Commit {
  const [
    hash = '',
    verified = '',
    author = '',
    email = '',
    date = '',
    signer = '',
    subject = '',
    trailers = '',
  ] = fields;
  return {
    hash,
    author: `${author} <${email}>`,
    date,
    subject,
    signature: signatureOf(verified),
    ...(signer !== '' && { signer }),
    review: reviewOf({ author, email, subject, trailers }, merges.get(hash)),
  };
}

/** git-log(1), `%G?`: U is good too, of a key that nobody vouched for. */
function signatureOf(letter: string): Signature {
  switch (letter) {
    case 'G':
    case 'U':
      return 'good';
    case 'B':
      return 'bad';
    case 'X':
    case 'Y':
    case 'R':
      return 'expired';
    case 'E':
      return 'unknown';
    default:
      return 'none';
  }
}

const REVIEW_TRAILER = /^(reviewed|approved|acked)-by:\s*(.+)$/i;
/** `Add policy (#12)` is how GitHub squashes, `See merge request group/project!12` how GitLab merges. */
const PULL_REQUEST = /\(#\d+\)$|\(!\d+\)$|^Merged in .+ \(pull request #\d+\)/;

function reviewOf(
  commit: {
    readonly author: string;
    readonly email: string;
    readonly subject: string;
    readonly trailers: string;
  },
  merge: Merge | undefined,
): Review {
  const trailers = commit.trailers.split('\n').filter((line) => {
    const [, , who = ''] = REVIEW_TRAILER.exec(line) ?? [];
    // Nobody reviews himself.
    return who !== '' && !who.includes(`<${commit.email}>`) && !who.startsWith(`${commit.author} <`);
  });
  if (trailers.length > 0) return { kind: 'trailer', text: trailers.join('; ') };
  if (merge !== undefined) {
    return { kind: 'merge', commit: merge.hash, subject: merge.subject, by: merge.author };
  }
  const [reference] = PULL_REQUEST.exec(commit.subject) ?? [];
  return reference === undefined ? { kind: 'none' } : { kind: 'reference', text: reference };
}

export interface Merge {
  readonly hash: string;
  readonly subject: string;
  readonly author: string;
}

/** For each commit that came in by a merge into the branch, that merge. */
async function mergesOf(git: Git, head: string): Promise<ReadonlyMap<string, Merge>> {
  const bytes = await git(['log', '-z', '--format=%H%x00%P%x00%s%x00%aN', head]);
  const fields = bytes.toString('utf8').split('\0');
  const commits = new Map<string, { readonly parents: readonly string[]; readonly merge: Merge }>();
  for (let i = 0; i + 4 <= fields.length; i += 4) {
    const [hash = '', parents = '', subject = '', author = ''] = fields.slice(i, i + 4);
    commits.set(hash, { parents: parents.split(' ').filter(Boolean), merge: { hash, subject, author } });
  }
  return attributed(commits, head);
}

type Graph = ReadonlyMap<string, { readonly parents: readonly string[]; readonly merge: Merge }>;

/** Along the branch from its oldest commit on, each merge gets what only its other parents bring. */
function attributed(commits: Graph, head: string): ReadonlyMap<string, Merge> {
  const branch: string[] = [];
  for (
    let at: string | undefined = head;
    at !== undefined && commits.has(at);
    at = commits.get(at)?.parents[0]
  ) {
    branch.push(at);
  }
  const onBranch = new Set(branch);
  const found = new Map<string, Merge>();
  for (const hash of branch.toReversed()) {
    const { parents = [], merge } = commits.get(hash) ?? {};
    const waiting = parents.slice(1);
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (merge === undefined || onBranch.has(next) || found.has(next)) continue;
      found.set(next, merge);
      waiting.push(...(commits.get(next)?.parents ?? []));
    }
  }
  return found;
}

/** `--name-only -z` gives a hash, then the names of its files, each behind a NUL; no file of ours looks like a hash. */
function byFile(bytes: Buffer, commits: ReadonlyMap<string, Commit>): ReadonlyMap<string, readonly Commit[]> {
  const found = new Map<string, Commit[]>();
  let current: Commit | undefined;
  for (const token of bytes.toString('utf8').split(/[\0\n]+/)) {
    const commit = commits.get(token);
    if (commit !== undefined) current = commit;
    else if (current !== undefined && token !== '') {
      const known = found.get(token);
      if (known) known.push(current);
      else found.set(token, [current]);
    }
  }
  return found;
}
