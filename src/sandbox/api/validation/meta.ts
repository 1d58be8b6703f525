/** metadata and label selectors, as every kind has them. */
import type { V1LabelSelector, V1ObjectMeta } from '@kubernetes/client-node';
import { type KubeObject, type Labels, type Wire, same } from '../object.ts';
import { type FieldError, each, forbiddenField, invalidValue, notSupported, required } from './field.ts';
import { type NameCheck, checkName, labelValue, qualifiedName } from './names.ts';

const MAX_ANNOTATIONS = 256 * 1024;

export const checkLabels = (labels: Labels | undefined, field: string): FieldError[] =>
  Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...checkName(qualifiedName, key, field),
    ...checkName(labelValue, value, field),
  ]);

function checkAnnotations(annotations: Labels | undefined): FieldError[] {
  const entries = Object.entries(annotations ?? {});
  const size = entries.reduce((sum, [key, value]) => sum + key.length + Buffer.byteLength(value), 0);
  return [
    // Annotation keys are judged in lower case.
    ...entries.flatMap(([key]) => checkName(qualifiedName, key.toLowerCase(), 'metadata.annotations')),
    ...(size > MAX_ANNOTATIONS
      ? [
          {
            reason: 'FieldValueTooLong',
            field: 'metadata.annotations',
            text: `Too long: may not be more than ${MAX_ANNOTATIONS} bytes`,
          },
        ]
      : []),
  ];
}

function checkOwners(owners: Wire<V1ObjectMeta>['ownerReferences']): FieldError[] {
  const controllers = (owners ?? []).filter((owner) => owner.controller === true);
  return [
    ...each(owners, 'metadata.ownerReferences', (owner, field) => [
      ...(owner.apiVersion ? [] : [invalidValue(`${field}.apiVersion`, '', 'version must not be empty')]),
      ...(owner.kind ? [] : [invalidValue(`${field}.kind`, '', 'must not be empty')]),
      ...(owner.name ? [] : [invalidValue(`${field}.name`, '', 'must not be empty')]),
      ...(owner.uid ? [] : [invalidValue(`${field}.uid`, '', 'must not be empty')]),
    ]),
    ...(controllers.length > 1
      ? [
          invalidValue(
            'metadata.ownerReferences',
            controllers.map((owner) => owner.name),
            `Only one reference can have Controller set to true. Found "true" in references for ${controllers[0]?.name} and ${controllers[1]?.name}`,
          ),
        ]
      : []),
  ];
}

export function checkMeta(object: KubeObject, name: NameCheck): FieldError[] {
  const { metadata } = object;
  return [
    ...(metadata.name
      ? checkName(name, metadata.name, 'metadata.name')
      : [required('metadata.name', 'name or generateName is required')]),
    ...checkLabels(metadata.labels, 'metadata.labels'),
    ...checkAnnotations(metadata.annotations),
    ...checkOwners(metadata.ownerReferences),
    ...each(metadata.finalizers, 'metadata.finalizers', (value) =>
      checkName(qualifiedName, value, 'metadata.finalizers'),
    ),
  ];
}

/** After a deletion has begun, finalizers may only go. */
export const checkMetaUpdate = (next: KubeObject, old: KubeObject): FieldError[] => {
  const added = (next.metadata.finalizers ?? []).filter(
    (value) => !(old.metadata.finalizers ?? []).includes(value),
  );
  return old.metadata.deletionTimestamp && added.length > 0
    ? [
        forbiddenField(
          'metadata.finalizers',
          `no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`,
        ),
      ]
    : [];
};

export const IMMUTABLE = 'field is immutable';
export const checkImmutable = (next: unknown, old: unknown, field: string): FieldError[] =>
  same(next, old) ? [] : [invalidValue(field, next, IMMUTABLE)];

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

export function checkSelector(selector: Wire<V1LabelSelector> | undefined, field: string): FieldError[] {
  return [
    ...checkLabels(selector?.matchLabels, `${field}.matchLabels`),
    ...each(selector?.matchExpressions, `${field}.matchExpressions`, ({ key, operator, values }, at) => [
      ...checkName(qualifiedName, key ?? '', `${at}.key`),
      ...(OPERATORS.includes(operator)
        ? []
        : [invalidValue(`${at}.operator`, operator, 'not a valid selector operator')]),
      ...(['In', 'NotIn'].includes(operator) && !values?.length
        ? [required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'")]
        : []),
      ...(['Exists', 'DoesNotExist'].includes(operator) && values?.length
        ? [
            forbiddenField(
              `${at}.values`,
              "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
            ),
          ]
        : []),
      ...each(values, `${at}.values`, (value, valueAt) => checkName(labelValue, value, valueAt)),
    ]),
  ];
}

export const checkOneOf = (
  value: string | undefined,
  supported: readonly string[],
  field: string,
): FieldError[] =>
  value === undefined || supported.includes(value) ? [] : [notSupported(field, value, supported)];
