/** Writes an evidence folder: complete, or not at all. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { NetproofError } from '../../model/errors.ts';
import type { EvidenceFile } from './file.ts';
import { SIGNATURE, SIGNER, SUMS } from './names.ts';

/**
 * Before the work begins. Throws `usage` if something is there already, since evidence is never overwritten, or if
 * nothing can be written there.
 */
export async function checkEvidenceFolder(folder: string): Promise<void> {
  const refused = (why: string): NetproofError =>
    new NetproofError('usage', `evidence can't be written to ${folder}: ${why}`, {
      hint: 'name a folder that is not there yet, where you may write',
    });
  const there = await readdir(resolve(folder)).catch((error: NodeJS.ErrnoException) => error.code);
  if (Array.isArray(there) && there.length > 0) throw refused('it is not empty');
  if (!Array.isArray(there) && there !== 'ENOENT') throw refused('it is no folder that can be read');
  try {
    await rmdir(await mkdtemp(join(await nearestAbove(resolve(folder)), PARTIAL)));
  } catch (error) {
    throw refused(error instanceof Error ? error.message : String(error));
  }
}

const PARTIAL = '.netproof-evidence-';

/** The folder that it would be made in, or that the first of those above it would be. */
async function nearestAbove(path: string): Promise<string> {
  const above = dirname(path);
  const there = await stat(above).catch(() => undefined);
  return there !== undefined || above === path ? above : nearestAbove(above);
}

/** Throws `usage` if it is no Ed25519 private key in PEM. */
export async function readSigningKey(path: string): Promise<KeyObject> {
  const pem = await readFile(path).catch((cause: unknown) => {
    throw new NetproofError('file-unreadable', `can't read the key ${path}`, { cause });
  });
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Told below.
  }
  throw new NetproofError('usage', `${path} is no Ed25519 private key`, {
    hint: 'openssl genpkey -algorithm ed25519 -out key.pem makes one',
  });
}

/** @param fresh a name that nobody else uses, for the folder while it is not complete */
export async function writeEvidence(
  folder: string,
  files: readonly EvidenceFile[],
  { key, fresh }: { readonly key?: KeyObject | undefined; readonly fresh: string },
): Promise<void> {
  const target = resolve(folder);
  const partial = join(dirname(target), `${PARTIAL}${fresh}.partial`);
  try {
    await mkdir(partial, { recursive: true });
    const sums: string[] = [];
    for (const { path, content } of files) {
      sums.push(`${await writeFile(join(partial, path), content)}  ${path}\n`);
    }
    const manifest = sums.toSorted((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)).join('');
    await writeFile(join(partial, SUMS), manifest);
    if (key !== undefined) await writeSignature(partial, manifest, key);
    // Onto an empty folder rename(2) may; onto anything else it fails, and so it should.
    await rename(partial, target);
  } catch (cause) {
    if (cause instanceof NetproofError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new NetproofError('file-unreadable', `cannot write ${folder}: ${why}`, { cause });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function writeSignature(partial: string, manifest: string, key: KeyObject): Promise<void> {
  const signature = sign(null, Buffer.from(manifest), key).toString('base64');
  const signer = createPublicKey(key).export({ type: 'spki', format: 'pem' });
  await writeFile(join(partial, SIGNATURE), `${signature}\n`);
  await writeFile(join(partial, SIGNER), signer.toString());
}

/** Returns the SHA-256 of what was written, hex; it has reached the disk then. */
async function writeFile(path: string, content: string | Iterable<string>): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const hash = createHash('sha256');
  const file = await open(path, 'wx');
  try {
    for (const part of typeof content === 'string' ? [content] : gathered(content)) {
      const bytes = Buffer.from(part);
      hash.update(bytes);
      await file.writeFile(bytes);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

const PART_LENGTH = 256 * 1024;

function* gathered(parts: Iterable<string>): Generator<string> {
  let text = '';
  for (const part of parts) {
    text += part;
    if (text.length < PART_LENGTH) continue;
    yield text;
    text = '';
  }
  yield text;
}
