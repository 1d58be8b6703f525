/** What of an object becomes a fact. Settings are kept only where a detector asks for them: others may be secret. */
import type { V1Container, V1Node, V1Pod, V1PodSpec } from '../../cluster/types.ts';
import type { Detector } from '../detect/detector.ts';
import type {
  AgentPodFact,
  ContainerFact,
  MeshedNamespace,
  NodeFact,
  WorkloadFact,
} from '../detect/facts.ts';
import { isAgent } from '../detect/found.ts';
import { MESH_MARKS } from '../detect/meshes.ts';
import { DETECTORS } from '../detect/registry.ts';

const ENVIRONMENT = namesOf(({ environment }) => environment);
const ANNOTATIONS = namesOf(({ annotations }) => annotations);
/** Where network plugins put their files, also below a mount of the host's root. */
const CNI_FOLDERS = /\/(opt\/cni|etc\/cni|cni\/(bin|net\.d)|cni-bin)(\/|$)/;

function namesOf(names: (detector: Detector) => readonly string[] | undefined): ReadonlySet<string> {
  return new Set(DETECTORS.flatMap((detector) => names(detector) ?? []));
}

interface Named {
  readonly namespace: string;
  readonly name: string;
}

export function workloadFact(
  kind: WorkloadFact['kind'],
  { namespace, name }: Named,
  spec: Partial<V1PodSpec> | undefined,
): WorkloadFact {
  const full: WorkloadFact = {
    kind,
    namespace,
    name,
    containers: (spec?.containers ?? []).map(containerFact),
    installsCni: (spec?.volumes ?? []).some(({ hostPath }) => CNI_FOLDERS.test(hostPath?.path ?? '')),
  };
  return kind === 'Deployment' || isKnownAgent(full)
    ? full
    : { ...full, containers: full.containers.map(bare) };
}

export function isKnownAgent(workload: WorkloadFact): boolean {
  return DETECTORS.some(({ agent }) => isAgent(agent, workload));
}

function containerFact({ name, image, command, args, env }: V1Container): ContainerFact {
  const wanted = (env ?? []).flatMap((one) =>
    one.value !== undefined && ENVIRONMENT.has(one.name) ? [[one.name, one.value] as const] : [],
  );
  return {
    name,
    image: image ?? '',
    args: [...(command ?? []), ...(args ?? [])],
    env: Object.fromEntries(wanted),
  };
}

function bare({ name, image }: ContainerFact): ContainerFact {
  return { name, image, args: [], env: {} };
}

export function nodeFact({ metadata, status }: V1Node): NodeFact {
  const info = status?.nodeInfo;
  return {
    name: metadata?.name ?? '',
    os: info?.operatingSystem ?? metadata?.labels?.['kubernetes.io/os'] ?? '',
    kubelet: info?.kubeletVersion ?? '',
    runtime: info?.containerRuntimeVersion ?? '',
    osImage: info?.osImage ?? '',
    labels: metadata?.labels ?? {},
    annotations: Object.fromEntries(
      Object.entries(metadata?.annotations ?? {}).filter(([key]) => ANNOTATIONS.has(key)),
    ),
  };
}

export function agentPodFact({ namespace, name }: Named, { spec, status }: V1Pod): AgentPodFact {
  return {
    namespace,
    workload: name,
    node: spec?.nodeName ?? '',
    ready: status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false,
  };
}

/** Injection can be asked for by label, and for Linkerd by annotation. */
export function meshesOfNamespace(metadata: {
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}): MeshedNamespace[] {
  const marks = { ...metadata.annotations, ...metadata.labels };
  const meshes = MESH_MARKS.filter(({ key, value }) =>
    value === undefined ? Object.hasOwn(marks, key) : marks[key] === value,
  ).map(({ mesh }) => mesh);
  return [...new Set(meshes)].map((mesh) => ({ name: metadata.name ?? '', mesh }));
}
