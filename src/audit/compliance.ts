/**
 * What frameworks ask for, as data: what each asks, what this audit's evidence gives, and what it does not. It is
 * evidence for a tester, never a penetration test, and never by itself compliance.
 */
import type { CheckReport, CheckResult, RequirementReport } from '../model/audit.ts';

export type Requirement = Omit<RequirementReport, 'result'>;

const NO_PENTEST =
  'A penetration test: an independent, qualified tester must plan it, judge it and sign it. Other controls than network policies.';

export const REQUIREMENTS: readonly Requirement[] = [
  {
    framework: 'CIS Kubernetes Benchmark',
    requirement: '5.3.1',
    asks: 'The network plugin in use supports network policies, for ingress and for egress.',
    gives: 'The plugin as recognised, and packets that show whether it enforces each direction.',
    doesNotGive: 'What happens on nodes that no test pod ran on, or after the plugin is changed.',
    checks: ['enforcement'],
  },
  {
    framework: 'CIS Kubernetes Benchmark',
    requirement: '5.3.2',
    asks: 'Every namespace has at least one network policy.',
    gives: 'All namespaces with the number of their policies; those without any are failures.',
    doesNotGive: 'That the policies that exist are good ones: see the other checks.',
    checks: ['inventory', 'critical-namespaces', 'namespace-coverage'],
  },
  {
    framework: 'PCI DSS 4.0.1',
    requirement: '1.2.5, 1.2.7',
    asks: 'Allowed services, protocols and ports are identified and approved; rules are reviewed every six months.',
    gives:
      'The documented matrix against the policies, rules that allow too much, and the commits and reviews behind each policy.',
    doesNotGive: 'The business need for each allowed connection, and firewalls outside the cluster.',
    checks: ['intended-matrix', 'over-permissive', 'dead-rules', 'change-control', 'manual-edits'],
  },
  {
    framework: 'PCI DSS 4.0.1',
    requirement: '1.3.1, 1.3.2, 1.4.2',
    asks: 'Traffic into and out of the cardholder data environment is limited to what is necessary; all else is denied.',
    gives: 'Default deny per direction and namespace, by the evaluator, and denies proven by packets.',
    doesNotGive: 'Where the cardholder data environment ends: the scope is yours to say.',
    checks: ['default-deny', 'pod-coverage', 'connectivity'],
  },
  {
    framework: 'PCI DSS 4.0.1',
    requirement: '11.4.5, 11.4.6',
    asks: 'Penetration tests of segmentation every twelve months (service providers: six) and after changes.',
    gives: 'Repeatable raw evidence that segmentation inside the cluster is operational and effective.',
    doesNotGive: NO_PENTEST,
    checks: ['enforcement', 'connectivity'],
  },
  {
    framework: 'NIST SP 800-53 Rev. 5',
    requirement: 'SC-7 (5), SC-7 (21)',
    asks: 'Boundary protection: deny by default, allow by exception; isolation of system components.',
    gives: 'Default deny per direction, isolation of every pod, and packets that show both.',
    doesNotGive: 'Boundaries outside the cluster, and managed interfaces that are not pods.',
    checks: ['default-deny', 'namespace-coverage', 'pod-coverage', 'connectivity'],
  },
  {
    framework: 'NIST SP 800-53 Rev. 5',
    requirement: 'AC-4',
    asks: 'Approved authorizations for the flow of information are enforced.',
    gives: 'The documented matrix against policies and packets, pair by pair, in both directions.',
    doesNotGive: 'What flows inside an allowed connection.',
    checks: ['intended-matrix', 'connectivity', 'over-permissive'],
  },
  {
    framework: 'NIST SP 800-53 Rev. 5',
    requirement: 'CA-8',
    asks: 'Penetration testing.',
    gives: 'Material for a tester: what was tried, what was seen, and the controls that make a deny count.',
    doesNotGive: NO_PENTEST,
    checks: ['connectivity'],
  },
  {
    framework: 'NIST SP 800-53 Rev. 5',
    requirement: 'CM-3',
    asks: 'Changes are reviewed, approved and recorded.',
    gives: 'For each policy its manifest, commits, signatures, reviews, drift and edits by hand.',
    doesNotGive: 'Approvals that are kept outside the repository.',
    checks: ['change-control', 'manual-edits'],
  },
  {
    framework: 'NSA/CISA Kubernetes Hardening Guide',
    requirement: 'Network separation and hardening',
    asks: 'A plugin that supports network policies, and a default policy that denies all ingress and egress.',
    gives: 'Enforcement shown by packets, and the default deny of each namespace.',
    doesNotGive: 'The guide’s other chapters: control plane, encryption, logging.',
    checks: ['enforcement', 'default-deny', 'namespace-coverage'],
  },
  {
    framework: 'ISO/IEC 27001:2022',
    requirement: 'A.8.20',
    asks: 'Networks are secured, managed and controlled.',
    gives: 'An inventory of policies with their history, and evidence that they are enforced.',
    doesNotGive: 'Networks outside the cluster, and the organisation around them.',
    checks: ['inventory', 'enforcement', 'change-control'],
  },
  {
    framework: 'ISO/IEC 27001:2022',
    requirement: 'A.8.22',
    asks: 'Groups of services, users and systems are segregated in networks.',
    gives: 'Segregation between namespaces as policies have it, and as packets show it.',
    doesNotGive: 'Whether the groups themselves are drawn rightly.',
    checks: ['intended-matrix', 'namespace-coverage', 'connectivity', 'default-deny'],
  },
];

const WORST_FIRST: readonly CheckResult[] = ['fail', 'inconclusive', 'warn', 'pass', 'not-applicable'];

/** A requirement is as good as the worst of its checks that could be applied. */
export function complianceOf(reports: readonly CheckReport[]): RequirementReport[] {
  return REQUIREMENTS.map((requirement) => {
    const results = reports.filter(({ id }) => requirement.checks.includes(id)).map(({ result }) => result);
    const result = WORST_FIRST.find((each) => results.includes(each)) ?? 'not-applicable';
    return { ...requirement, result };
  });
}
