/**
 * JSON Schema of a NetworkPolicy manifest (networking.k8s.io/v1). The API server would drop a misspelt field with
 * no more than a warning, and the policy that is left may mean the opposite; so it is refused here, with its line.
 */
import type { AnySchemaObject } from 'ajv';
import { labels, name, subdomain } from './schema-parts.ts';

const text: AnySchemaObject = { type: 'string' };

const map = (title: string, properties: Record<string, AnySchemaObject>, more = {}): AnySchemaObject => ({
  title,
  type: 'object',
  additionalProperties: false,
  properties,
  ...more,
});

const list = (items: AnySchemaObject): AnySchemaObject => ({ type: 'array', items });

const labelSelector = map('label selector', {
  matchLabels: labels,
  matchExpressions: list(
    map(
      'match expression',
      {
        key: text,
        operator: { enum: ['In', 'NotIn', 'Exists', 'DoesNotExist'] },
        values: list(text),
      },
      { required: ['key', 'operator'] },
    ),
  ),
});

const port = map('policy port', {
  protocol: { enum: ['TCP', 'UDP', 'SCTP'] },
  port: { type: ['integer', 'string'] },
  endPort: { type: 'integer', minimum: 1, maximum: 65_535 },
});

const peer = map(
  'policy peer',
  {
    podSelector: labelSelector,
    namespaceSelector: labelSelector,
    ipBlock: map('IP block', { cidr: text, except: list(text) }, { required: ['cidr'] }),
  },
  { minProperties: 1 },
);

export const policySchema: AnySchemaObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'NetworkPolicy',
  type: 'object',
  required: ['metadata', 'spec'],
  additionalProperties: false,
  properties: {
    apiVersion: {},
    kind: {},
    // What an exported object has besides these is left out when it is applied.
    metadata: {
      title: 'metadata',
      type: 'object',
      required: ['name'],
      properties: { name: subdomain, namespace: name, labels, annotations: { type: 'object' } },
    },
    spec: map('NetworkPolicy spec', {
      podSelector: labelSelector,
      policyTypes: list({ enum: ['Ingress', 'Egress'] }),
      ingress: list(map('ingress rule', { from: list(peer), ports: list(port) })),
      egress: list(map('egress rule', { to: list(peer), ports: list(port) })),
    }),
    status: {},
  },
};
