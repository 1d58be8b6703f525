/** From a container's spec to its process: environment, command, files. */
import type { Pod } from '../api/object.ts';
import type { Store } from '../api/store.ts';
import { type ContainerProcess, PATH, startProcess } from './container-process.ts';
import type { ContainerSpec } from './container-runner.ts';
import { type Sources, environment } from './environment.ts';
import { commandLine, findProgram } from './image.ts';
import type { LogFile } from './log-file.ts';
import { hostname, writePodFiles } from './pod-files.ts';
import { volumeMounts } from './volumes.ts';

/** The pod, where it is on the network, and its folder. */
export interface Place {
  readonly pod: Pod;
  readonly podIP: string;
  readonly hostIP: string;
  readonly netns: string;
  readonly folder: string;
  readonly dnsServer: string;
}

const decoded = (data: Readonly<Record<string, string>> | undefined): Record<string, string> =>
  Object.fromEntries(
    Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );

function sourcesOf({ pod, podIP, hostIP }: Place, store: Store): Sources {
  const { namespace = '' } = pod.metadata;
  const values = (kind: 'configmaps' | 'secrets', name: string) => {
    if (kind === 'configmaps') {
      const map = store.get('configmaps', namespace, name);
      return map && (map.data ?? {});
    }
    const secret = store.get('secrets', namespace, name);
    return secret && decoded(secret.data);
  };
  const kubernetes = store.get('services', 'default', 'kubernetes');
  const links = pod.spec.enableServiceLinks === false ? [] : store.list('services', namespace);
  return { pod, podIP, hostIP, values, services: [...(kubernetes ? [kubernetes] : []), ...links] };
}

/** Rejects with ConfigError or StartError. */
export async function startContainer(
  container: ContainerSpec,
  place: Place,
  store: Store,
  log: LogFile,
): Promise<ContainerProcess> {
  const { pod, podIP, netns, folder, dnsServer } = place;
  const sources = sourcesOf(place, store);
  const variables = environment(container, sources);
  const workingDir = container.workingDir ?? '/';
  const [program, ...args] = commandLine(container, variables);
  const path = findProgram(program, variables['PATH'] ?? PATH, workingDir);
  const files = writePodFiles(folder, pod, { podIP, dnsServer });
  return startProcess(
    {
      netns,
      hostname: hostname(pod),
      workingDir,
      command: [path, ...args],
      environment: variables,
      mounts: [...files, ...volumeMounts(folder, pod, container, sources)],
    },
    log,
  );
}
