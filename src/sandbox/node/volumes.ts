/** Volumes that are folders of files: emptyDir, configMap, secret. Mounted over folders that the machine has. */
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import type { V1Container, V1Volume } from '@kubernetes/client-node';
import type { Pod, Wire } from '../api/object.ts';
import { ConfigError, type Sources } from './environment.ts';

type Container = Wire<V1Container>;
type Volume = Wire<V1Volume>;

/** A file name in a volume must not lead out of it. */
function safePath(folder: string, path: string): string {
  const whole = normalize(join(folder, path));
  if (!whole.startsWith(`${folder}/`))
    throw new ConfigError(`the path ${JSON.stringify(path)} leads out of its volume`);
  return whole;
}

interface Source {
  readonly kind: 'configmaps' | 'secrets';
  readonly name: string;
  readonly optional: boolean;
  readonly items?: readonly { readonly key: string; readonly path: string }[];
}

function sourceOf({ configMap, secret }: Volume): Source | undefined {
  if (configMap)
    return {
      kind: 'configmaps',
      name: configMap.name ?? '',
      optional: configMap.optional ?? false,
      ...(configMap.items ? { items: configMap.items } : {}),
    };
  return secret
    ? {
        kind: 'secrets',
        name: secret.secretName ?? '',
        optional: secret.optional ?? false,
        ...(secret.items ? { items: secret.items } : {}),
      }
    : undefined;
}

function fill(folder: string, source: Source, sources: Sources): void {
  const values = sources.values(source.kind, source.name);
  if (!values && !source.optional)
    throw new ConfigError(`${source.kind === 'secrets' ? 'secret' : 'configmap'} "${source.name}" not found`);
  const items = source.items ?? Object.keys(values ?? {}).map((key) => ({ key, path: key }));
  for (const { key, path } of items) {
    const file = safePath(folder, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, values?.[key] ?? '');
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Mounts for a container's volumeMounts. Throws ConfigError for what the sandbox can't mount. */
export function volumeMounts(
  folder: string,
  pod: Pod,
  container: Container,
  sources: Sources,
): readonly (readonly [string, string])[] {
  return (container.volumeMounts ?? []).map(({ name, mountPath, subPath }) => {
    const volume = pod.spec.volumes?.find((one) => one.name === name);
    const source = volume && sourceOf(volume);
    if (!volume || (!source && !volume.emptyDir))
      throw new ConfigError(
        `the sandbox can't mount volume "${name}": it has emptyDir, configMap and secret only`,
      );
    const own = join(folder, 'volumes', name);
    mkdirSync(own, { recursive: true });
    if (source) fill(own, source, sources);
    if (!isFolder(mountPath))
      throw new ConfigError(
        `the sandbox mounts over folders of this machine only, and it has no ${mountPath}`,
      );
    return [subPath ? safePath(own, subPath) : own, mountPath] as const;
  });
}
