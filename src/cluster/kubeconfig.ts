/** Which cluster, as whom: found the way kubectl finds it. */
import { accessSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { isNativeError } from 'node:util/types';
import type { Cluster, Context, KubeConfig, User } from '@kubernetes/client-node';
import { NetproofError } from '../model/errors.ts';
import { nearest, quote } from '../scenario/words.ts';

const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

export interface KubeconfigOptions {
  /** Path of the one file to use; absent: as kubectl chooses. */
  readonly kubeconfig?: string;
  readonly context?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;
type NewConfig = () => KubeConfig;

/** The kubeconfig reduced to the one context that is to be used; `root` stands before the service account's path. */
export function loadKubeconfig(
  options: KubeconfigOptions,
  env: Environment,
  newConfig: NewConfig,
  root = '',
): KubeConfig {
  const files = filesToRead(options, env);
  const configs = files.map((file) => readKubeconfig(file, newConfig));
  if (configs.length === 0 && runsInCluster(env, root)) configs.push(inCluster(newConfig, root));
  if (configs.length === 0) throw nothingFound(options, env);
  return reduce(merge(configs), options.context, files, newConfig);
}

function filesToRead(options: KubeconfigOptions, env: Environment): string[] {
  if (options.kubeconfig !== undefined) return [options.kubeconfig];
  // As kubectl: KUBECONFIG takes the place of ~/.kube/config, and files in it that don't exist don't matter.
  const listed = (env['KUBECONFIG'] ?? '').split(path.delimiter).filter((file) => file !== '');
  const candidates = listed.length > 0 ? listed : [path.join(env['HOME'] ?? homedir(), '.kube', 'config')];
  return candidates.filter(exists);
}

function readKubeconfig(file: string, newConfig: NewConfig): KubeConfig {
  const config = newConfig();
  try {
    config.loadFromFile(file);
  } catch (error) {
    const why = isNativeError(error) ? error.message : String(error);
    throw new NetproofError('file-unreadable', `cannot use the kubeconfig ${file}: ${why}`, { cause: error });
  }
  return config;
}

function runsInCluster(env: Environment, root: string): boolean {
  return env['KUBERNETES_SERVICE_HOST'] !== undefined && exists(root + SERVICE_ACCOUNT_TOKEN);
}

function inCluster(newConfig: NewConfig, root: string): KubeConfig {
  const config = newConfig();
  config.loadFromCluster(root);
  return config;
}

interface Merged {
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly users: ReadonlyMap<string, User>;
  readonly contexts: ReadonlyMap<string, Context>;
  readonly current: string | undefined;
}

function merge(configs: readonly KubeConfig[]): Merged {
  return {
    clusters: firstByName(configs.flatMap((config) => config.clusters)),
    users: firstByName(configs.flatMap((config) => config.users)),
    contexts: firstByName(configs.flatMap((config) => config.contexts)),
    current: configs.map((config) => config.currentContext).find(Boolean),
  };
}

/** As kubectl: the first file to name something decides what it is. */
function firstByName<T extends { readonly name: string }>(entries: readonly T[]): Map<string, T> {
  const named = new Map<string, T>();
  for (const entry of entries) if (!named.has(entry.name)) named.set(entry.name, entry);
  return named;
}

function reduce(merged: Merged, wanted: string | undefined, files: readonly string[], newConfig: NewConfig) {
  const name = wanted ?? merged.current;
  if (name === undefined) throw noCurrentContext(merged, files);
  const context = merged.contexts.get(name);
  if (context === undefined) throw unknownContext(name, merged);
  const cluster = merged.clusters.get(context.cluster);
  if (cluster === undefined) throw dangling(name, 'cluster', context.cluster);
  const user = context.user ? merged.users.get(context.user) : { name: 'anonymous' };
  if (user === undefined) throw dangling(name, 'user', context.user);
  const config = newConfig();
  config.loadFromOptions({
    clusters: [withPlainHttp(cluster)],
    users: [user],
    contexts: [{ ...context, user: user.name }],
    currentContext: name,
  });
  return config;
}

/** The client library refuses http:// (what `kubectl proxy` offers) unless told that TLS doesn't matter. */
function withPlainHttp(cluster: Cluster): Cluster {
  return cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster;
}

function nothingFound(options: KubeconfigOptions, env: Environment): NetproofError {
  const where = env['KUBECONFIG'] ? `KUBECONFIG (${env['KUBECONFIG']})` : '~/.kube/config';
  const context = options.context === undefined ? '' : ` to look for context ${quote(options.context)} in`;
  return new NetproofError('usage', `no kubeconfig found${context}: nothing at ${where}`, {
    hint: 'name one with --kubeconfig FILE, or use the embedded cluster with --sandbox',
  });
}

function noCurrentContext(merged: Merged, files: readonly string[]): NetproofError {
  return new NetproofError('usage', `${files.join(', ')} has no current context`, {
    hint:
      merged.contexts.size === 0
        ? 'name another file with --kubeconfig FILE, or use the embedded cluster with --sandbox'
        : `choose one with --context: ${[...merged.contexts.keys()].map(quote).join(', ')}`,
  });
}

function unknownContext(name: string, merged: Merged): NetproofError {
  const known = [...merged.contexts.keys()];
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

function exists(file: string): boolean {
  try {
    accessSync(file);
    return true;
  } catch {
    return false;
  }
}
