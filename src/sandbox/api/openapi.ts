/**
 * Just enough OpenAPI v3 for kubectl to see that the server validates fields itself: every kind's PATCH says that
 * it takes `fieldValidation`. Schemas are not published; v2 answers an empty document.
 */
import { noSuchResource } from './refusal.ts';
import { groupVersion } from './resource.ts';
import { RESOURCES } from './resources.ts';

const pathOf = (group: string): string => (group ? `apis/${group}/v1` : 'api/v1');
const groups = [...new Set(RESOURCES.map(({ group }) => group))];

export const openApiIndex = (): object => ({
  paths: Object.fromEntries(
    groups.map((group) => [pathOf(group), { serverRelativeURL: `/openapi/v3/${pathOf(group)}` }]),
  ),
});

const query = (name: string): object => ({
  name,
  in: 'query',
  schema: { type: 'string', uniqueItems: true },
});

const operation = (kind: string, group: string, action: string): object => ({
  'x-kubernetes-action': action,
  'x-kubernetes-group-version-kind': { group, version: 'v1', kind },
  parameters: [query('dryRun'), query('fieldManager'), query('fieldValidation'), query('force')],
  responses: { 200: { description: 'OK' } },
});

/** Throws 404 for anything but `api/v1` and `apis/<group>/v1`. */
export function openApiOf(path: string): object {
  const group = groups.find((one) => pathOf(one) === path);
  if (group === undefined) throw noSuchResource();
  const own = RESOURCES.filter((resource) => resource.group === group);
  return {
    openapi: '3.0.0',
    info: { title: 'netproof sandbox', version: groupVersion({ group, version: 'v1' }) },
    paths: Object.fromEntries(
      own.map(({ plural, kind, namespaced }) => [
        `/${path}/${namespaced ? 'namespaces/{namespace}/' : ''}${plural}/{name}`,
        { patch: operation(kind, group, 'patch'), put: operation(kind, group, 'put') },
      ]),
    ),
    components: { schemas: {} },
  };
}
