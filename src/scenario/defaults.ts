/** What holds where a scenario says nothing. */
export const DEFAULTS = {
  attempt: {
    timeout: '1s',
    attempts: 3,
    stableRounds: 2,
    settleBudget: '30s',
    concurrency: 20,
    rate: 2000,
  },
  pods: {
    image: 'docker.io/library/node:22-alpine',
    imagePullPolicy: 'IfNotPresent',
    imagePullSecrets: [],
    cpu: '100m',
    memory: '96Mi',
    startTimeout: '120s',
  },
  podLimit: 3,
  via: 'clusterIP',
} as const;
