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

/** What the Accept header asks for: in `metadata` form single objects alone come; lists and watches bring the whole. */
export type Accept =
  | { readonly form: 'object' | 'table' | 'metadata' }
  | { readonly form: 'discovery'; readonly version: string };

/** The first acceptable form wins, as in the real server's negotiation. */
export function parseAccept(header = ''): Accept {
  const forms = header.split(',').map((part) => formOf(part.trim()));
  return forms.find((form) => form !== undefined) ?? { form: 'object' };
}

function formOf(part: string): Accept | undefined {
  const [type, ...parameters] = part.split(';');
  if (type?.trim() !== 'application/json') return undefined;
  const { as, g, v } = Object.fromEntries(parameters.map((one) => one.trim().split('='))) as Record<
    string,
    string | undefined
  >;
  if (as === undefined) return { form: 'object' };
  const isMeta = g === 'meta.k8s.io' && v === 'v1';
  if (as === 'Table' && isMeta) return { form: 'table' };
  if (as === 'PartialObjectMetadata' && isMeta) return { form: 'metadata' };
  if (as === 'APIGroupDiscoveryList' && (v === 'v2' || v === 'v2beta1'))
    return { form: 'discovery', version: v };
  return undefined;
}
