/** A YAML file with one document, checked against a schema: its content, or everything that is wrong with it. */
import { createHash } from 'node:crypto';
import type { AnySchemaObject } from 'ajv';
import { type Issue, NetproofError } from '../../model/errors.ts';
import { validatorFor } from '../../scenario/ajv.ts';
import { misfitsIn } from '../../scenario/check.ts';
import type { Files } from '../../scenario/files.ts';
import { reasonOf } from '../../scenario/load.ts';
import { decode } from '../../scenario/text.ts';
import { type Document, parseYaml } from '../../scenario/yaml.ts';

export interface ReadFile<T> {
  readonly content: T;
  readonly at: Document['at'];
  /** SHA-256 of the file's bytes, hex. */
  readonly digest: string;
}

/**
 * @param check what the schema can't say
 *
 * Throws `file-unreadable`, or `config-invalid` with every issue at once.
 */
export async function readChecked<T>(
  path: string,
  files: Files,
  schema: AnySchemaObject,
  check: (content: T, at: Document['at']) => readonly Issue[] = () => [],
): Promise<ReadFile<T>> {
  const bytes = await bytesOf(path, files);
  const document = onlyDocument(bytes, path);
  const misfits = misfitsIn(document, validatorFor(schema)).map(({ issue }) => issue);
  const content = document.value as T;
  const issues = misfits.length > 0 ? misfits : check(content, document.at);
  if (issues.length > 0) throw invalid(path, issues);
  return { content, at: document.at, digest: createHash('sha256').update(bytes).digest('hex') };
}

async function bytesOf(path: string, files: Files): Promise<Uint8Array> {
  try {
    return await files.read(path);
  } catch (cause) {
    throw new NetproofError('file-unreadable', `can't read ${path}: ${reasonOf(cause)}`, { cause });
  }
}

function onlyDocument(bytes: Uint8Array, path: string): Document {
  const decoded = decode(bytes, path);
  if ('issue' in decoded) throw invalid(path, [decoded.issue]);
  const { documents, issues, duplicates } = parseYaml(decoded.text, path);
  const [document, second] = documents;
  const all = [...issues, ...duplicates];
  if (second !== undefined) {
    all.push({ message: 'a second document begins here: a file holds one', position: second.at([]) });
  }
  if (document === undefined || all.length > 0) {
    const nothing = { message: 'the file has nothing in it', position: { file: path, line: 1, column: 1 } };
    throw invalid(path, all.length > 0 ? all : [nothing]);
  }
  return document;
}

export function invalid(path: string, issues: readonly Issue[]): NetproofError {
  const sorted = issues.toSorted(
    ({ position: a }, { position: b }) =>
      (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0),
  );
  return new NetproofError('config-invalid', `${path} is not right`, { issues: sorted });
}
