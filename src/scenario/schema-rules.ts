/** JSON Schema of a rule, in its long and its short form. */
import type { AnySchemaObject } from 'ajv';
import * as part from './schema-parts.ts';

const longRule: AnySchemaObject = {
  title: 'rule',
  required: ['from', 'to', 'ports', 'expect'],
  additionalProperties: false,
  properties: {
    from: part.selectorList('Workloads, zones, globs such as web-*, * for every workload; !name takes away.'),
    to: part.selectorList(
      'Workloads with listen, targets, zones, globs, * for all of them; !name takes away.',
    ),
    ports: part.portList('Ports, or all that a destination offers.'),
    expect: { description: 'What is intended.', enum: ['allow', 'deny'] },
    status: {
      description: 'HTTP status that an allowed request must get.',
      type: 'integer',
      minimum: 100,
      maximum: 599,
    },
    reason: { description: 'Why, for the report.', type: 'string', maxLength: 500 },
  },
};

const shortRule: AnySchemaObject = {
  title: 'rule',
  description: 'web -> api: tcp/8080 allows, web -x db: all denies.',
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: part.portList('Ports, or all that a destination offers.'),
};

export const RULE_FORM = 'a rule is written web -> api: tcp/8080, or with from, to, ports and expect';

export const rule: AnySchemaObject = {
  title: 'rule',
  description: 'web -> api: tcp/8080 allows, web -x db: all denies; or long with from, to, ports and expect.',
  type: 'object',
  errorMessage: RULE_FORM,
  if: { anyOf: ['from', 'to', 'ports', 'expect'].map((field) => ({ required: [field] })) },
  // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's own keyword
  then: longRule,
  else: shortRule,
  examples: [
    { 'web -> api': 'tcp/8080' },
    { '* -x db': 'all' },
    { from: 'web', to: ['api'], ports: ['tcp/8080'], expect: 'allow', reason: 'web calls the API' },
  ],
};
