/** Baseline guardrails as files: what keeps new namespaces and policies from opening what was closed. */
import { toYaml } from '../../report/data.ts';
import type { EvidenceFile } from '../evidence/file.ts';
import { allowDns, defaultDeny } from './manifests.ts';

const POLICIES = {
  resourceRules: [
    {
      apiGroups: ['networking.k8s.io'],
      apiVersions: ['v1'],
      operations: ['CREATE', 'UPDATE'],
      resources: ['networkpolicies'],
    },
  ],
};

/** A rule without peers and ports is open to everybody (networking.k8s.io/v1: empty lists restrict nothing). */
const NO_ALLOW_ALL = admission('netproof-no-allow-all', {
  failurePolicy: 'Fail',
  matchConstraints: POLICIES,
  validations: [
    {
      expression:
        '!has(object.spec.ingress) || object.spec.ingress.all(r, (has(r.from) && size(r.from) > 0) || (has(r.ports) && size(r.ports) > 0))',
      message: 'an ingress rule must name peers or ports: without both it allows everything',
    },
    {
      expression:
        '!has(object.spec.egress) || object.spec.egress.all(r, (has(r.to) && size(r.to) > 0) || (has(r.ports) && size(r.ports) > 0))',
      message: 'an egress rule must name peers or ports: without both it allows everything',
    },
  ],
});

/**
 * A namespace that goes takes its policies with it: that must stay possible, whoever does it. The controller manager's
 * user depends on how it was started (--use-service-account-credentials), the namespace's own state does not.
 */
const KEEP_DEFAULT_DENY = admission('netproof-keep-default-deny', {
  failurePolicy: 'Fail',
  matchConstraints: {
    resourceRules: [{ ...POLICIES.resourceRules[0], operations: ['UPDATE', 'DELETE'] }],
  },
  validations: [
    {
      expression:
        "oldObject.metadata.name != 'default-deny' || (request.operation == 'DELETE' ? has(namespaceObject.metadata.deletionTimestamp) : object.spec == oldObject.spec)",
      message: 'the default deny of a namespace is neither changed nor deleted while the namespace is there',
    },
  ],
});

function admission(name: string, spec: object): readonly object[] {
  const apiVersion = 'admissionregistration.k8s.io/v1';
  return [
    { apiVersion, kind: 'ValidatingAdmissionPolicy', metadata: { name }, spec },
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Warn', 'Audit'] },
    },
  ];
}

export function guardrailFiles(): EvidenceFile[] {
  return [
    {
      path: 'guardrails/validating-admission-policies.yaml',
      content: documents(
        [
          '# Proposed by netproof; not applied. Kubernetes 1.30 and later.',
          '# The bindings only warn and audit: change validationActions to [Deny] once nothing good trips over them.',
        ],
        [...NO_ALLOW_ALL, ...KEEP_DEFAULT_DENY],
      ),
    },
    {
      path: 'guardrails/namespace-template.yaml',
      content: documents(
        ['# Proposed by netproof; not applied. Replace NAMESPACE: a namespace that begins closed.'],
        [
          { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'NAMESPACE' } },
          allowDns('NAMESPACE'),
          defaultDeny('NAMESPACE'),
        ],
      ),
    },
  ];
}

function documents(comments: readonly string[], objects: readonly object[]): string {
  return [...comments, ...objects.map((object) => `---\n${toYaml(object).trimEnd()}`), ''].join('\n');
}
