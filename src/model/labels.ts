/** What a run writes on everything that it creates. */

/** The one label; its value is the run id. More labels could flip policies' NotIn and DoesNotExist selectors. */
export const RUN_LABEL = 'netproof.dev/run';

export const ANNOTATION = {
  /** On namespaces: the run id again, so that a namespace is never deleted for a label alone. */
  createdByRun: 'netproof.dev/created-by-run',
  role: 'netproof.dev/role',
  workload: 'netproof.dev/workload',
  /** Who ran it, for the cluster's owners. */
  operator: 'netproof.dev/operator',
  about: 'netproof.dev/about',
} as const;
