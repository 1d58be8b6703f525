/** Which findings a ready manifest would mend, and where in the evidence folder it is. */
import type { Finding } from '../../model/audit.ts';

const MENDED_PER_NAMESPACE: ReadonlySet<string> = new Set([
  'critical-namespace-without-policy',
  'namespace-without-policy',
  'no-default-deny-ingress',
  'no-default-deny-egress',
  'pod-open-for-ingress',
  'pod-open-for-egress',
]);

/** A path in the evidence folder, or undefined where a person must decide. */
export function remedyFor({ rule, subject }: Pick<Finding, 'rule' | 'subject'>): string | undefined {
  if (!MENDED_PER_NAMESPACE.has(rule)) return undefined;
  return remedyPath(subject.kind === 'Namespace' ? subject.name : (subject.namespace ?? 'default'));
}

export function remedyPath(namespace: string): string {
  return `remediation/${fileName(namespace)}.yaml`;
}

/** Names from manifests may be anything: in a file's name they must not lead elsewhere. */
export function fileName(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_');
  return safe.slice(0, 200) || '_';
}
