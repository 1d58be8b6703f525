/** JSON Schema of attempt and pod settings. */
import type { AnySchemaObject } from 'ajv';
import { DEFAULTS } from './defaults.ts';
import * as part from './schema-parts.ts';

const count = (description: string, value: number, maximum: number): AnySchemaObject => ({
  description,
  type: 'integer',
  minimum: 1,
  maximum,
  default: value,
});

const time = (description: string, value: string): AnySchemaObject => ({
  ...part.duration,
  description,
  default: value,
});

export const attempt: AnySchemaObject = {
  title: 'attempt settings',
  description: 'How patiently and how fast connections are attempted.',
  type: 'object',
  additionalProperties: false,
  properties: {
    timeout: time('How long an attempt waits for an answer.', DEFAULTS.attempt.timeout),
    attempts: count('Attempts of one round, each from a fresh source port.', DEFAULTS.attempt.attempts, 10),
    stableRounds: count(
      'Equal rounds in a row that make a picture stable.',
      DEFAULTS.attempt.stableRounds,
      20,
    ),
    settleBudget: time('How long a picture may take to become stable.', DEFAULTS.attempt.settleBudget),
    concurrency: count('Probers that work at once.', DEFAULTS.attempt.concurrency, 1000),
    rate: count('Attempts per second of all probers together.', DEFAULTS.attempt.rate, 100_000),
  },
};

export const pods: AnySchemaObject = {
  title: 'pod settings',
  description: 'How probe pods are made; for clusters with mirrors, quotas and private registries.',
  type: 'object',
  additionalProperties: false,
  properties: {
    image: {
      title: 'image',
      description: 'A Linux image with Node.js 20 or later.',
      type: 'string',
      pattern: '^[\\x21-\\x7e]+$',
      patternErrorMessage: 'is not an image: write it without spaces',
      default: DEFAULTS.pods.image,
    },
    imagePullPolicy: {
      description: "Kubernetes' imagePullPolicy.",
      enum: ['Always', 'IfNotPresent', 'Never'],
      default: DEFAULTS.pods.imagePullPolicy,
    },
    imagePullSecrets: {
      description: "Names of Secrets in the pods' namespaces.",
      type: 'array',
      items: part.subdomain,
      default: DEFAULTS.pods.imagePullSecrets,
    },
    controlNamespace: {
      ...part.name,
      description: 'A namespace that exists, for the canary and the controls, where the run may create none.',
    },
    cpu: {
      ...part.quantity,
      description: 'CPU request of each pod; the limit is 500m, or this where it is more.',
      default: DEFAULTS.pods.cpu,
    },
    memory: {
      ...part.quantity,
      description: 'Memory request and limit of each pod.',
      default: DEFAULTS.pods.memory,
    },
    startTimeout: time('How long deployment may take.', DEFAULTS.pods.startTimeout),
  },
};
