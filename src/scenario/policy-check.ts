/** Whether a manifest is a NetworkPolicy as the API would take it, wherever the manifest is from. */
import type { Issue } from '../model/errors.ts';
import { misfitsIn } from './check.ts';
import { policyValidator } from './validators.ts';
import type { Document, Value } from './yaml.ts';

export function policyIssues(document: Document): Issue[] {
  const meant = { ...document, value: withoutNulls(document.value) };
  return misfitsIn(meant, policyValidator()).map(({ issue }) => issue);
}

/** To Kubernetes a field that is null is not there. */
export function withoutNulls(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly Value[]).map(withoutNulls);
  const kept = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(kept.map(([key, each]) => [key, withoutNulls(each as Value)]));
}
