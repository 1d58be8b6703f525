/** All objects of a kind, page by page, as one consistent picture. */
import type { Api, Call } from './api.ts';
import type { ResourcePlace, Selection } from './cluster.ts';
import { isExpired } from './errors.ts';
import { pathOf, type Resource } from './resources.ts';

const PAGE = 500;
/** A list that expires again and again is too slow for its server; better told than tried for ever. */
const RESTARTS = 5;

export interface Listed<T> {
  readonly items: T[];
  /** Where a watch may go on from. */
  readonly resourceVersion: string;
}

interface Page<T> {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly T[] | null;
}

export function listAll<T>(
  api: Api,
  resource: Resource,
  selection: Selection,
  options: Pick<Call, 'signal' | 'retry'> = {},
): Promise<Listed<T>> {
  return listKept<T, T>(api, resource, selection, (item) => item, options);
}

/**
 * As `listAll`, keeping of each object only what `keep` makes of it. Page tokens live for some minutes (410 after
 * that); then the list begins anew.
 */
export async function listKept<T, Kept>(
  api: Api,
  resource: ResourcePlace,
  selection: Selection,
  keep: (item: T) => Kept,
  options: Pick<Call, 'signal' | 'retry'> = {},
): Promise<Listed<Kept>> {
  for (let restart = 0; ; restart++) {
    try {
      return await pages(api, resource, selection, keep, options);
    } catch (error) {
      if (!isExpired(error) || restart === RESTARTS) throw error;
    }
  }
}

async function pages<T, Kept>(
  api: Api,
  resource: ResourcePlace,
  selection: Selection,
  keep: (item: T) => Kept,
  options: Pick<Call, 'signal' | 'retry'>,
): Promise<Listed<Kept>> {
  const items: Kept[] = [];
  let token: string | undefined;
  for (;;) {
    const page = await api.json<Page<T>>({
      path: pathOf(resource, selection.namespace),
      query: { ...selectors(selection), limit: String(PAGE), continue: token },
      ...options,
    });
    for (const item of page.items ?? []) items.push(keep(item));
    token = page.metadata?.continue || undefined;
    if (token === undefined) return { items, resourceVersion: page.metadata?.resourceVersion ?? '' };
  }
}

export function selectors({ labelSelector, fieldSelector }: Selection): Record<string, string | undefined> {
  return { labelSelector, fieldSelector };
}
