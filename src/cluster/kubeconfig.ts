/** Which cluster, as whom: found the way kubectl finds it. */
import { accessSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { isNativeError } from 'node:util/types';
import { load } from 'js-yaml';
import { NetproofError } from '../model/errors.ts';
import { nearest, quote } from '../scenario/words.ts';
import { serverUrl } from './server.ts';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface KubeconfigOptions {
  /** Path of the one file to use; absent: as kubectl chooses. */
  readonly kubeconfig?: string;
  readonly context?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;
export type Fields = Readonly<Record<string, unknown>>;

/** One context with what it names. */
export interface Login {
  readonly context: string;
  readonly server: string;
  /** As a kubeconfig writes them (`certificate-authority-data`, …), paths made absolute. */
  readonly cluster: Fields;
  readonly user: Fields;
}

type Named = ReadonlyMap<string, Fields>;

interface Kubeconfig {
  readonly clusters: Named;
  readonly users: Named;
  readonly contexts: Named;
  readonly current: string | undefined;
}

/** @param root stands before the service account's path: the file system's root, but for tests */
export function findLogin(options: KubeconfigOptions, env: Environment, root = ''): Login {
  const files = filesToRead(options, env);
  if (files.length > 0) return choose(merge(files.map(readKubeconfig)), options.context, files);
  const login = inCluster(env, root);
  if (login === undefined) throw nothingFound(options, env);
  return login;
}

function filesToRead(options: KubeconfigOptions, env: Environment): string[] {
  if (options.kubeconfig !== undefined) return [options.kubeconfig];
  // As kubectl: KUBECONFIG takes the place of ~/.kube/config, and files in it that don't exist don't matter.
  const listed = (env['KUBECONFIG'] ?? '').split(path.delimiter).filter((file) => file !== '');
  const candidates = listed.length > 0 ? listed : [path.join(env['HOME'] ?? homedir(), '.kube', 'config')];
  return candidates.filter(exists);
}

function readKubeconfig(file: string): Kubeconfig {
  try {
    const text = readFileSync(file, 'utf8');
    const config = fieldsOf(text.trim() === '' ? {} : load(text));
    const entries = (list: string, key: string, paths: readonly string[]) =>
      entriesOf(config[list], key, (fields) => absolute(fields, paths, path.dirname(path.resolve(file))));
    return {
      clusters: entries('clusters', 'cluster', ['certificate-authority']),
      users: entries('users', 'user', ['client-certificate', 'client-key', 'tokenFile']),
      contexts: entries('contexts', 'context', []),
      current: textOf(config['current-context']),
    };
  } catch (error) {
    const why = isNativeError(error) ? error.message : String(error);
    throw new NetproofError('file-unreadable', `cannot use the kubeconfig ${file}: ${why}`, { cause: error });
  }
}

function entriesOf(list: unknown, key: string, change: (fields: Fields) => Fields): Named {
  const entries = (Array.isArray(list) ? list : []).map(fieldsOf);
  return firstByName(
    entries.map((entry) => [textOf(entry['name']) ?? '', change(fieldsOf(entry[key] ?? {}))] as const),
  );
}

function absolute(fields: Fields, paths: readonly string[], directory: string): Fields {
  const found = paths.filter((key) => textOf(fields[key]) !== undefined);
  return {
    ...fields,
    ...Object.fromEntries(found.map((key) => [key, path.resolve(directory, String(fields[key]))])),
  };
}

function merge(configs: readonly Kubeconfig[]): Kubeconfig {
  return {
    clusters: firstByName(configs.flatMap(({ clusters }) => [...clusters])),
    users: firstByName(configs.flatMap(({ users }) => [...users])),
    contexts: firstByName(configs.flatMap(({ contexts }) => [...contexts])),
    current: configs.map(({ current }) => current).find((name) => name !== undefined),
  };
}

/** As kubectl: the first file to name something decides what it is. */
function firstByName(entries: readonly (readonly [string, Fields])[]): Named {
  const named = new Map<string, Fields>();
  for (const [name, fields] of entries) if (!named.has(name)) named.set(name, fields);
  return named;
}

function choose(config: Kubeconfig, wanted: string | undefined, files: readonly string[]): Login {
  const name = wanted ?? config.current;
  if (name === undefined) throw noCurrentContext(config, files);
  const context = config.contexts.get(name);
  if (context === undefined) throw unknownContext(name, [...config.contexts.keys()]);
  const clusterName = textOf(context['cluster']) ?? '';
  const cluster = config.clusters.get(clusterName);
  const server = textOf(cluster?.['server']);
  if (cluster === undefined || server === undefined) throw dangling(name, 'cluster', clusterName);
  const userName = textOf(context['user']);
  const user = userName === undefined ? {} : config.users.get(userName);
  if (user === undefined) throw dangling(name, 'user', userName ?? '');
  return { context: name, server: serverUrl(server, clusterName, cluster, user), cluster, user };
}

/** What Kubernetes puts into every pod that has a service account's token. */
function inCluster(env: Environment, root: string): Login | undefined {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const tokenFile = `${root}${SERVICE_ACCOUNT}/token`;
  if (host === undefined || !exists(tokenFile)) return undefined;
  const address = host.includes(':') ? `[${host}]` : host;
  return {
    context: 'in-cluster',
    server: `https://${address}:${env['KUBERNETES_SERVICE_PORT'] ?? '443'}`,
    cluster: { 'certificate-authority': `${root}${SERVICE_ACCOUNT}/ca.crt` },
    user: { tokenFile },
  };
}

function nothingFound(options: KubeconfigOptions, env: Environment): NetproofError {
  const where = env['KUBECONFIG'] ? `KUBECONFIG (${env['KUBECONFIG']})` : '~/.kube/config';
  const context = options.context === undefined ? '' : ` to look for context ${quote(options.context)} in`;
  return new NetproofError('usage', `no kubeconfig found${context}: nothing at ${where}`, {
    hint: 'name one with --kubeconfig FILE, or use the embedded cluster with --sandbox',
  });
}

function noCurrentContext(config: Kubeconfig, files: readonly string[]): NetproofError {
  return new NetproofError('usage', `${files.join(', ')} has no current context`, {
    hint:
      config.contexts.size === 0
        ? 'name another file with --kubeconfig FILE, or use the embedded cluster with --sandbox'
        : `choose one with --context: ${[...config.contexts.keys()].map(quote).join(', ')}`,
  });
}

function unknownContext(name: string, known: readonly string[]): NetproofError {
  const best = nearest(name, known);
  const ordered = best === undefined ? known : [best, ...known.filter((other) => other !== best)];
  return new NetproofError('usage', `there is no context ${quote(name)} in the kubeconfig`, {
    hint: known.length === 0 ? 'it has no contexts' : `there is: ${ordered.map(quote).join(', ')}`,
  });
}

function dangling(context: string, what: string, name: string): NetproofError {
  return new NetproofError(
    'usage',
    `context ${quote(context)} names the ${what} ${quote(name)}, which the kubeconfig does not have`,
  );
}

/** Throws if it is anything but a mapping. */
function fieldsOf(value: unknown): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new Error('it is not a kubeconfig');
}

/** A number is taken for the text it was written as; nothing and the empty text are the same. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function exists(file: string): boolean {
  try {
    accessSync(file);
    return true;
  } catch {
    return false;
  }
}
