/** Reads what is committed: not the working tree, which nobody has approved. */
import { join } from 'node:path/posix';
import { NetproofError } from '../../model/errors.ts';
import { decode } from '../../scenario/text.ts';
import { keepObject, mapAt, textAt } from '../../snapshot/keep.ts';
import { parseObjects } from '../../snapshot/objects.ts';
import { PLACES } from '../../snapshot/places.ts';
import type { Unread } from '../../snapshot/snapshot.ts';
import type { GitChoice } from '../config/config.ts';
import type { GitFacts, GitManifest } from './facts.ts';
import type { Git } from './git.ts';
import { commitsByFile } from './log.ts';

interface Blob {
  readonly hash: string;
  readonly path: string;
}

/** Rejects with `file-unreadable` if there is no such repository, ref or folder. */
export async function readGit(git: Git, choice: GitChoice): Promise<GitFacts> {
  const line = async (...args: readonly string[]): Promise<string> =>
    (await git(args)).toString('utf8').trim();
  const objectOf = async (name: string, what: string): Promise<string> => {
    try {
      return await line('rev-parse', '--verify', '--end-of-options', name);
    } catch (cause) {
      throw new NetproofError('file-unreadable', `${choice.repository} has no ${what}`, { cause });
    }
  };
  // First, since it tells whether there is a repository at all.
  const shallow = (await line('rev-parse', '--is-shallow-repository')) === 'true';
  const head = await objectOf(`${choice.ref}^{commit}`, `commit ${choice.ref}`);
  const folder = join(await line('rev-parse', '--show-prefix'), choice.folder).replace(
    /^\.?\/|\/$|^\.$/g,
    '',
  );
  // What is not there has no manifests: that would say that nothing is committed.
  if (folder !== '') await objectOf(`${head}:${folder}`, `${folder} at ${choice.ref}`);
  const blobs = await blobsIn(git, head, folder);
  const [contents, commits] = await Promise.all([
    contentsOf(git, blobs),
    commitsByFile(git, head, folder === '' ? '' : `:(top,literal)${folder}`),
  ]);
  const { manifests, unread } = policiesIn(blobs, contents);
  return {
    repository: choice.repository,
    folder,
    ref: choice.ref,
    head,
    shallow,
    manifests,
    commits,
    unread,
  };
}

/** Files of YAML and JSON. */
async function blobsIn(git: Git, head: string, folder: string): Promise<Blob[]> {
  const listing = await git(['ls-tree', '-r', '-z', '--full-tree', head, ...(folder === '' ? [] : [folder])]);
  return listing
    .toString('utf8')
    .split('\0')
    .flatMap((entry) => {
      const [, type, hash, path] = /^\d+ (\w+) ([0-9a-f]+)\t([^]*)$/.exec(entry) ?? [];
      if (type !== 'blob' || hash === undefined || path === undefined) return [];
      return /\.(ya?ml|json)$/.test(path) ? [{ hash, path }] : [];
    });
}

/** All of them by one process: `cat-file --batch` answers each hash with a head line, the bytes and a line end. */
async function contentsOf(git: Git, blobs: readonly Blob[]): Promise<Buffer[]> {
  if (blobs.length === 0) return [];
  const bytes = await git(['cat-file', '--batch'], blobs.map(({ hash }) => `${hash}\n`).join(''));
  const contents: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0x0a, at);
    const size = Number(bytes.subarray(at, end).toString('utf8').split(' ')[2]);
    contents.push(bytes.subarray(end + 1, end + 1 + size));
    at = end + 1 + size + 1;
  }
  return contents;
}

const POLICIES = PLACES.filter(({ role }) => role === 'policy');

function policiesIn(
  blobs: readonly Blob[],
  contents: readonly Buffer[],
): { readonly manifests: readonly GitManifest[]; readonly unread: readonly Unread[] } {
  const manifests: GitManifest[] = [];
  const unread: Unread[] = [];
  for (const [index, { path }] of blobs.entries()) {
    const decoded = decode(contents[index] ?? Buffer.alloc(0), path);
    const { objects, issues } =
      'issue' in decoded ? { objects: [], issues: [decoded.issue] } : parseObjects(decoded.text, path);
    for (const { message, position } of issues) {
      unread.push({ what: path, why: message, ...(position && { where: position }) });
    }
    for (const { apiVersion, kind, value, where } of objects) {
      const place = POLICIES.find(
        (each) => each.kind === kind && `${each.group}/${each.version}` === apiVersion,
      );
      const object = place && keepObject(value, place);
      if (object === undefined) continue;
      const namespace = textAt(mapAt(value, 'metadata'), 'namespace');
      manifests.push({ where, namespace, name: object.metadata.name, object: { ...object, where } });
    }
  }
  return { manifests, unread };
}
