/** Whether an evidence folder is as it was written. */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NetproofError } from '../../model/errors.ts';
import { SIGNATURE, SIGNER, SUMS } from './names.ts';

export interface Verification {
  readonly files: number;
  readonly missing: readonly string[];
  readonly changed: readonly string[];
  readonly added: readonly string[];
  readonly signature: SignatureState;
}

export type SignatureState =
  | { readonly kind: 'none' }
  /** By the key that was asked for. */
  | { readonly kind: 'good'; readonly fingerprint: string }
  /** By the key that lies beside it, of which nobody here knows whose it is. */
  | { readonly kind: 'unattested'; readonly fingerprint: string }
  | { readonly kind: 'bad'; readonly why: string };

/**
 * @param publicKey PEM of whom the evidence must be signed by; absent: nobody in particular
 *
 * Throws `file-unreadable` if it is no evidence folder or can't be read, and `usage` if the key is none of Ed25519: what
 * could not be checked is not called wrong.
 */
export async function verifyEvidence(folder: string, publicKey?: string): Promise<Verification> {
  const manifest = await readFile(join(folder, SUMS)).catch((cause: unknown) => {
    throw new NetproofError('file-unreadable', `${folder} has no ${SUMS}: it is no evidence folder`, {
      cause,
    });
  });
  const sums = parseSums(manifest.toString('utf8'));
  const wanted = publicKey === undefined ? undefined : askedFor(publicKey);
  const there = await readable(folder, filesIn(folder));
  const about = new Set([SUMS, SIGNATURE, SIGNER]);
  const missing = [...sums.keys()].filter((path) => !there.has(path));
  const changed: string[] = [];
  for (const [path, sum] of sums) {
    if (there.get(path) === 'other') changed.push(path);
    else if (there.has(path)) {
      const digest = await readable(path, digestOf(join(folder, path)));
      if (digest !== sum) changed.push(path);
    }
  }
  return {
    files: sums.size,
    missing,
    changed,
    added: [...there.keys()].filter((path) => !sums.has(path) && !about.has(path)),
    signature: await signatureOf(folder, manifest, wanted),
  };
}

export function isIntact({ missing, changed, added, signature }: Verification): boolean {
  return missing.length + changed.length + added.length === 0 && signature.kind !== 'bad';
}

function askedFor(publicKey: string): KeyObject {
  const key = ed25519(publicKey);
  if (key !== undefined) return key;
  throw new NetproofError('usage', 'the given key is no Ed25519 public key in PEM', {
    hint: 'openssl pkey -in key.pem -pubout prints the one of a private key',
  });
}

async function readable<T>(what: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new NetproofError('file-unreadable', `can't read ${what}: ${why}`, { cause });
  }
}

/** As sha256sum writes them. */
function parseSums(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const [, sum, path] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
      const leadsOut = path === undefined || path.startsWith('/') || path.split('/').includes('..');
      if (sum === undefined || leadsOut) {
        throw new NetproofError('file-unreadable', `${SUMS} has a line that is none of its own: ${line}`);
      }
      return [path, sum] as const;
    }),
  );
}

/** Paths with `/`; a link or device is no file of ours, whatever is behind it. */
async function filesIn(folder: string): Promise<ReadonlyMap<string, 'file' | 'other'>> {
  const found = new Map<string, 'file' | 'other'>();
  const walk = async (below: string): Promise<void> => {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) await walk(path);
      else found.set(path, entry.isFile() ? 'file' : 'other');
    }
  };
  await walk('');
  return found;
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function signatureOf(
  folder: string,
  manifest: Buffer,
  wanted: KeyObject | undefined,
): Promise<SignatureState> {
  const read = (name: string): Promise<string | undefined> =>
    readFile(join(folder, name), 'utf8').catch(() => undefined);
  const [signature, beside] = await Promise.all([read(SIGNATURE), read(SIGNER)]);
  if (signature === undefined) {
    if (beside !== undefined) return { kind: 'bad', why: `${SIGNER} is there, but ${SIGNATURE} is not` };
    return wanted === undefined ? { kind: 'none' } : { kind: 'bad', why: 'it is not signed' };
  }
  const key = wanted ?? (beside === undefined ? undefined : ed25519(beside));
  if (key === undefined) return { kind: 'bad', why: 'there is no Ed25519 public key to check it with' };
  if (!verify(null, manifest, key, Buffer.from(signature, 'base64'))) {
    return { kind: 'bad', why: 'it is not by this key over this manifest' };
  }
  const fingerprint = fingerprintOf(key);
  return { kind: wanted === undefined ? 'unattested' : 'good', fingerprint };
}

function ed25519(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** SHA-256 over the key's DER, as `openssl pkey -pubin -outform der | sha256sum` gives it. */
export function fingerprintOf(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}
