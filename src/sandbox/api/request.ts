/** What a request is about, from its path. */
export interface Target {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** `/api/v1/…` and `/apis/<group>/<version>/…`; undefined for any other path. */
export function parseTarget(path: readonly string[]): Target | undefined {
  const core = path[0] === 'api';
  if (!core && path[0] !== 'apis') return undefined;
  const [group, version, rest] = core ? ['', path[1], path.slice(2)] : [path[1], path[2], path.slice(3)];
  if (group === undefined || version === undefined || rest.length === 0) return undefined;
  return { group, version, ...inside(rest) };
}

function inside(rest: readonly string[]): Pick<Target, 'plural'> & Partial<Target> {
  const [first = '', second, third] = rest;
  // `namespaces/x` and `namespaces/x/status` are about the namespace, anything longer about what is in it.
  const own = third === undefined || ['status', 'finalize'].includes(third);
  if (first === 'namespaces' && second !== undefined && !own)
    return { namespace: second, ...named(rest.slice(2)) };
  return named(rest);
}

function named([plural = '', name, ...sub]: readonly string[]): Pick<Target, 'plural'> & Partial<Target> {
  return {
    plural,
    ...(name === undefined ? {} : { name }),
    ...(sub.length > 0 ? { subresource: sub.join('/') } : {}),
  };
}

/** What the Accept header asks for beside plain JSON. */
export interface Accept {
  readonly table: boolean;
  /** Single objects with their metadata only. */
  readonly metadata?: true;
  /** Version of aggregated discovery. */
  readonly aggregated?: string;
}

/** The first acceptable form wins, as in the real server's negotiation. */
export function parseAccept(header: string | undefined): Accept {
  for (const part of (header ?? '').split(',')) {
    const parameters = new Map(
      part
        .split(';')
        .slice(1)
        .map((one) => one.trim().split('=') as [string, string | undefined]),
    );
    const as = parameters.get('as');
    if (!part.trim().startsWith('application/json')) continue;
    if (as === undefined) return { table: false };
    if (as === 'Table' && parameters.get('g') === 'meta.k8s.io' && parameters.get('v') === 'v1')
      return { table: true };
    if (
      as === 'PartialObjectMetadata' &&
      parameters.get('g') === 'meta.k8s.io' &&
      parameters.get('v') === 'v1'
    )
      return { table: false, metadata: true };
    const version = parameters.get('v');
    if (as === 'APIGroupDiscoveryList' && (version === 'v2' || version === 'v2beta1'))
      return { table: false, aggregated: version };
  }
  return { table: false };
}
