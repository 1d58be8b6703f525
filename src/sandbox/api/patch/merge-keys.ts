/** How lists merge: by a key, as sets of plain values, or (absent here) replaced as a whole. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  conditions: ['type'],
  ownerReferences: ['uid'],
  imagePullSecrets: ['name'],
  secrets: ['name'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey'],
  taints: ['key'],
  addresses: ['type'],
  podIPs: ['ip'],
};

/** `path` is the names of the fields down to the list. */
export function mergeKeys(kind: string, path: readonly string[]): readonly string[] | undefined {
  const field = path.at(-1) ?? '';
  if (field !== 'ports') return kind === 'EndpointSlice' && field === 'addresses' ? undefined : KEYS[field];
  if (kind === 'Service') return ['port'];
  return ['containers', 'initContainers'].includes(path.at(-2) ?? '') ? ['containerPort'] : undefined;
}

export const mergesAsSet = (path: readonly string[]): boolean => path.join('.') === 'metadata.finalizers';
