/** Manifest files on this machine. */
import { readFile, stat } from 'node:fs/promises';
import { NetproofError } from '../model/errors.ts';
import { nodeFiles } from '../scenario/files.ts';
import { MAX_MANIFEST_BYTES, type ManifestFiles } from './manifests.ts';

const PATTERNS = ['**/*.yaml', '**/*.yml', '**/*.json'] as const;

export const manifestFiles: ManifestFiles = {
  async list(folder) {
    const found = await stat(folder).catch(() => undefined);
    if (found?.isDirectory() !== true) {
      throw new NetproofError('file-unreadable', `${folder} is no folder of manifests`);
    }
    const lists = await Promise.all(PATTERNS.map((pattern) => nodeFiles.glob(pattern, folder)));
    return lists.flat().toSorted();
  },
  async read(path) {
    try {
      const { size } = await stat(path);
      if (size > MAX_MANIFEST_BYTES) throw new Error(`it is larger than ${MAX_MANIFEST_BYTES / 1e6} MB`);
      return await readFile(path);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new NetproofError('file-unreadable', `can't read ${path}: ${why}`, { cause });
    }
  },
};
