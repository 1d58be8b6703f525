/** Pod Security admission, by the namespace's labels. */
import type { Namespace } from '../object.ts';
import { BASELINE, RESTRICTED, type SecurityCheck, type Subject } from './security-checks.ts';

const LEVELS: Readonly<Record<string, readonly SecurityCheck[]>> = {
  privileged: [],
  baseline: BASELINE,
  restricted: RESTRICTED,
};
const PREFIX = 'pod-security.kubernetes.io/';

/** What the pod breaks of the level that the namespace sets for a mode, in the server's words; undefined for nothing. */
export function podSecurityFault(
  pod: Subject,
  namespace: Namespace,
  mode: 'enforce' | 'warn',
): string | undefined {
  const labels = namespace.metadata.labels ?? {};
  const level = labels[`${PREFIX}${mode}`];
  if (level === undefined) return undefined;
  const version = labels[`${PREFIX}${mode}-version`] ?? 'latest';
  // The real plugin falls back to the strictest level when a label can't be read.
  const checks = LEVELS[level] ?? RESTRICTED;
  const faults = checks.flatMap((check) => check(pod) ?? []);
  return faults.length > 0 ? `"${level}:${version}": ${faults.join(', ')}` : undefined;
}
