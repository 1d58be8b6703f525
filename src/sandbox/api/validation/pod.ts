/** Pods, by the rules of pkg/apis/core/validation for the fields that the sandbox carries out or keeps. */
import { type Pod, type PodSpec, same } from '../object.ts';
import { checkContainer } from './container.ts';
import { type FieldError, each, forbiddenField, invalidValue, required, unique } from './field.ts';
import { checkLabels, checkOneOf, checkSelector } from './meta.ts';
import { checkName, dnsLabel, dnsSubdomain, qualifiedName } from './names.ts';

const INT32 = 2_147_483_647;
const RESTART = ['Always', 'Never', 'OnFailure'];
const DNS = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'];

function checkDeadline(seconds: number | undefined): FieldError[] {
  return seconds !== undefined && (seconds < 1 || seconds > INT32)
    ? [invalidValue('spec.activeDeadlineSeconds', seconds, `must be between 1 and ${INT32}, inclusive`)]
    : [];
}

function checkVolumes(spec: PodSpec, at: string): FieldError[] {
  return [
    ...each(spec.volumes, `${at}.volumes`, (volume, field) =>
      volume.name ? checkName(dnsLabel, volume.name, `${field}.name`) : [required(`${field}.name`)],
    ),
    ...unique(
      spec.volumes,
      (volume) => volume.name,
      (i) => `${at}.volumes[${i}].name`,
    ),
  ];
}

function checkAffinity(spec: PodSpec, at: string): FieldError[] {
  const sides = [
    ['podAffinity', spec.affinity?.podAffinity],
    ['podAntiAffinity', spec.affinity?.podAntiAffinity],
  ] as const;
  return sides.flatMap(([name, side]) =>
    each(
      side?.requiredDuringSchedulingIgnoredDuringExecution,
      `${at}.affinity.${name}.requiredDuringSchedulingIgnoredDuringExecution`,
      (term, field) => [
        ...(term.topologyKey
          ? checkName(qualifiedName, term.topologyKey, `${field}.topologyKey`)
          : [required(`${field}.topologyKey`, 'can not be empty')]),
        ...(term.labelSelector ? checkSelector(term.labelSelector, `${field}.labelSelector`) : []),
      ],
    ),
  );
}

/** `at` is the path of the spec: `spec` or `spec.template.spec`. */
export function checkPodSpec(spec: PodSpec | undefined, at: string): FieldError[] {
  if (!spec?.containers?.length) return [required(`${at}.containers`)];
  const volumes = new Set((spec.volumes ?? []).map((volume) => volume.name));
  const containers = [
    ...spec.containers.map((container, i) => ({ container, field: `${at}.containers[${i}]` })),
    ...(spec.initContainers ?? []).map((container, i) => ({
      container,
      field: `${at}.initContainers[${i}]`,
    })),
  ];
  const grace = spec.terminationGracePeriodSeconds ?? 0;
  return [
    ...checkVolumes(spec, at),
    ...containers.flatMap(({ container, field }) => checkContainer(container, field, volumes)),
    ...unique(
      containers,
      ({ container }) => container.name,
      (i) => `${containers[i]?.field}.name`,
    ),
    ...checkOneOf(spec.restartPolicy, RESTART, `${at}.restartPolicy`),
    ...checkOneOf(spec.dnsPolicy, DNS, `${at}.dnsPolicy`),
    ...checkLabels(spec.nodeSelector, `${at}.nodeSelector`),
    ...checkDeadline(spec.activeDeadlineSeconds),
    ...(grace < 0
      ? [invalidValue(`${at}.terminationGracePeriodSeconds`, grace, 'must be greater than or equal to 0')]
      : []),
    ...each(spec.readinessGates, `${at}.readinessGates`, (gate, field) =>
      checkName(qualifiedName, gate.conditionType, `${field}.conditionType`),
    ),
    ...(spec.nodeName ? checkName(dnsSubdomain, spec.nodeName, `${at}.nodeName`) : []),
    ...(spec.hostname ? checkName(dnsLabel, spec.hostname, `${at}.hostname`) : []),
    ...(spec.subdomain ? checkName(dnsLabel, spec.subdomain, `${at}.subdomain`) : []),
    ...checkAffinity(spec, at),
  ];
}

const CHANGEABLE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

const withoutImages = (containers: PodSpec['containers'] | undefined): unknown =>
  containers?.map(({ image: _image, ...rest }) => rest);

/** The spec without what may change on a pod that exists. */
function fixedPart(spec: PodSpec, old: PodSpec): unknown {
  const { activeDeadlineSeconds: _deadline, tolerations, ...rest } = spec;
  const kept = (old.tolerations ?? []).every((one) => tolerations?.some((other) => same(one, other)));
  return {
    ...rest,
    containers: withoutImages(spec.containers),
    initContainers: withoutImages(spec.initContainers),
    tolerations: kept ? null : tolerations,
  };
}

export function checkPodUpdate({ spec: next }: Pod, { spec: old }: Pod): FieldError[] {
  const [from, to] = [old.activeDeadlineSeconds, next.activeDeadlineSeconds];
  const extended = from !== undefined && (to === undefined || to > from);
  return [
    ...(same(fixedPart(next, old), fixedPart(old, old)) ? [] : [forbiddenField('spec', CHANGEABLE)]),
    ...(extended
      ? [
          invalidValue(
            'spec.activeDeadlineSeconds',
            to ?? null,
            to === undefined
              ? 'must not update from a positive integer to nil value'
              : 'must be less than or equal to previous value',
          ),
        ]
      : []),
  ];
}
