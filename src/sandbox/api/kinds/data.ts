/** What a namespace holds beside its workloads: configuration, identities, limits. */
import type { Known } from '../object.ts';
import type { Resource } from '../resource.ts';
import { checkImmutable } from '../validation/meta.ts';
import { ageColumn, column, define, nameColumn, typed, typedPair, typedSame } from './define.ts';

type Data = { readonly data?: object; readonly binaryData?: object };
const count = ({ data, binaryData }: Data): number =>
  Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length;

type MaybeImmutable = Known['configmaps'] | Known['secrets'];
const checkData = (next: MaybeImmutable, old: MaybeImmutable) =>
  old.immutable
    ? [
        ...checkImmutable(next.immutable, true, 'immutable'),
        ...checkImmutable(next.data, old.data, 'data'),
      ].map((error) => ({
        ...error,
        reason: 'FieldValueForbidden',
        text: 'Forbidden: field is immutable when `immutable` is set',
      }))
    : [];

export const configmaps: Resource = define({
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  validateUpdate: typedPair(checkData),
  columns: [nameColumn, column<Data>('Data', count, { type: 'integer' }), ageColumn],
});

type Secret = Known['secrets'];
/** stringData is for writing only. */
function defaultSecret({ stringData, ...secret }: Secret): Secret {
  const added = Object.entries(stringData ?? {}).map(
    ([key, value]) => [key, Buffer.from(value).toString('base64')] as const,
  );
  return {
    ...secret,
    type: secret.type ?? 'Opaque',
    ...(added.length > 0 ? { data: { ...secret.data, ...Object.fromEntries(added) } } : {}),
  };
}

export const secrets: Resource = define({
  kind: 'Secret',
  defaults: typedSame(defaultSecret),
  validateUpdate: typedPair((next: Secret, old: Secret) => [
    ...checkData(next, old),
    ...checkImmutable(next.type, old.type, 'type'),
  ]),
  fieldNames: ['type'],
  fields: typed(({ type }: Secret) => ({ type: type ?? '' })),
  columns: [
    nameColumn,
    column<Secret>('Type', ({ type }) => type ?? ''),
    column<Data>('Data', count, { type: 'integer' }),
    ageColumn,
  ],
});

export const serviceaccounts: Resource = define({
  kind: 'ServiceAccount',
  shortNames: ['sa'],
  subresources: [{ name: 'token', kind: 'TokenRequest', verbs: ['create'] }],
  columns: [
    nameColumn,
    column<Known['serviceaccounts']>('Secrets', (one) => one.secrets?.length ?? 0, { type: 'integer' }),
    ageColumn,
  ],
});

const list = (value: Readonly<Record<string, string>> | undefined, used?: Readonly<Record<string, string>>) =>
  Object.entries(value ?? {})
    .map(([key, hard]) => `${key}: ${used?.[key] ?? 0}/${hard}`)
    .join(', ');

type Quota = Known['resourcequotas'];
export const resourcequotas: Resource = define({
  kind: 'ResourceQuota',
  shortNames: ['quota'],
  hasStatus: true,
  initialStatus: () => ({}),
  columns: [
    nameColumn,
    column<Quota>('Request', ({ spec, status }) => list(spec?.hard, status?.used)),
    ageColumn,
  ],
});

export const limitranges: Resource = define({
  kind: 'LimitRange',
  shortNames: ['limits'],
  columns: [nameColumn, column('Created At', ({ metadata }) => metadata.creationTimestamp)],
});
