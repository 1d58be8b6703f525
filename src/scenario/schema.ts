/** The scenario's JSON Schema: checked here, printed by `netproof schema`, and read by editors for completion. */
import type { AnySchemaObject } from 'ajv';
import * as part from './schema-parts.ts';
import { rule } from './schema-rules.ts';
import { attempt, pods } from './schema-settings.ts';
import { namespace, target, workload } from './schema-things.ts';

export const API_VERSION = 'netproof/v1';
export const KIND = 'Scenario';

export const scenarioSchema: AnySchemaObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'netproof scenario',
  description: 'Who is on the network, what they may reach, and what else they must not.',
  type: 'object',
  required: ['apiVersion', 'kind', 'metadata', 'namespaces', 'workloads', 'expect'],
  additionalProperties: false,
  properties: {
    apiVersion: { description: 'Version of this format.', const: API_VERSION },
    kind: { description: 'Kind of document.', const: KIND },
    metadata: {
      title: 'metadata',
      description: 'What the scenario is called.',
      type: 'object',
      required: ['name'],
      additionalProperties: false,
      properties: {
        name: {
          ...part.name,
          description: 'Name of the scenario, shown in reports.',
          examples: ['three-tier'],
        },
        description: { description: 'What it proves, in a sentence.', type: 'string', maxLength: 2000 },
      },
    },
    namespaces: {
      title: 'namespaces',
      description: 'Namespaces that probe pods are put in, by name.',
      type: 'object',
      minProperties: 1,
      propertyNames: part.name,
      additionalProperties: namespace,
    },
    workloads: {
      title: 'workloads',
      description: 'What is launched, by name.',
      type: 'object',
      minProperties: 1,
      propertyNames: part.name,
      additionalProperties: workload,
    },
    targets: {
      title: 'targets',
      description: 'What exists and is connected to, by name.',
      type: 'object',
      propertyNames: part.name,
      additionalProperties: target,
    },
    zones: {
      title: 'zones',
      description: 'Named groups of workloads and targets, for zone-to-zone rules.',
      type: 'object',
      propertyNames: part.name,
      additionalProperties: {
        title: 'zone',
        description: 'Names of workloads and targets, or globs such as web-*.',
        type: 'array',
        minItems: 1,
        items: { type: 'string', minLength: 1 },
        examples: [['web', 'api']],
      },
    },
    policies: {
      title: 'policies',
      description:
        'Files or globs of NetworkPolicy manifests, applied for the run; only into namespaces that it creates.',
      type: 'array',
      items: { type: 'string', minLength: 1 },
      examples: [['policies/*.yaml']],
    },
    expect: {
      title: 'expectations',
      description: 'The intended matrix: what holds unless a rule says otherwise, and the rules.',
      type: 'object',
      required: ['default'],
      additionalProperties: false,
      properties: {
        default: { description: 'For every pair that no rule mentions.', enum: ['allow', 'deny'] },
        rules: {
          description: 'Exceptions. Two that contradict each other are an error.',
          type: 'array',
          items: rule,
        },
      },
    },
    attempt,
    pods,
  },
};
