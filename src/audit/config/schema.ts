/** JSON Schemas of audit.yaml and of the exceptions file: checked here, printed by `netproof schema`. */
import type { AnySchemaObject } from 'ajv';
import { labels, listenPort } from '../../scenario/schema-parts.ts';

const API_VERSION = 'netproof/v1';
export const CONFIG_KIND = 'AuditConfig';
export const EXCEPTIONS_KIND = 'AuditExceptions';

const text = (description: string): AnySchemaObject => ({
  description,
  type: 'string',
  minLength: 1,
  maxLength: 2000,
});

const list = (description: string, items: AnySchemaObject): AnySchemaObject => ({
  description,
  type: 'array',
  items,
});

const map = (
  title: string,
  description: string,
  properties: Readonly<Record<string, AnySchemaObject>>,
  required: readonly string[] = [],
): AnySchemaObject => ({
  title,
  description,
  type: 'object',
  additionalProperties: false,
  properties,
  ...(required.length > 0 && { required }),
});

const choice = (title: string, description: string): AnySchemaObject =>
  map(title, description, {
    namespaces: list('Names or globs, as in shop-*.', text('A name or glob.')),
    labels: list('Namespaces with all labels of one entry.', { title: 'labels', ...labels }),
  });

const demand = (description: string): AnySchemaObject => ({
  description,
  enum: ['fail', 'warn', 'ignore'],
});

const head = (kind: string): Readonly<Record<string, AnySchemaObject>> => ({
  apiVersion: { description: 'Version of this format.', const: API_VERSION },
  kind: { description: 'Kind of document.', const: kind },
});

const git = map(
  'git',
  'Where the manifests of the live policies are versioned.',
  {
    repository: text('Folder of a clone, from where this file is.'),
    folder: { description: 'Folder in it that holds the manifests.', type: 'string', maxLength: 2000 },
    ref: text('What counts as committed; HEAD by default.'),
    reviews: demand('What a commit does that nobody is seen to have reviewed; warn by default.'),
  },
  ['repository'],
);

const probes = map('probes', 'What a scenario made up from the sample tries to reach.', {
  outside: list(
    'Hosts outside the cluster, yours to connect to.',
    map(
      'outside host',
      'A host and its ports.',
      {
        host: text('Name or address.'),
        ports: { ...list('Ports, as in tcp/443.', listenPort), minItems: 1 },
      },
      ['host', 'ports'],
    ),
  ),
  metadata: { description: "The cloud's metadata address; true by default.", type: 'boolean' },
  apiServer: { description: 'The API server; true by default.', type: 'boolean' },
});

export const configSchema: AnySchemaObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  ...map(
    'audit configuration',
    'What an audit goes by.',
    {
      ...head(CONFIG_KIND),
      metadata: map('metadata', 'What the audit is called.', { name: text('Shown in reports.') }, ['name']),
      critical: choice('critical', 'Namespaces that are in the sample whatever their rank.'),
      sample: map('sample', 'How many namespaces are sampled.', {
        size: { description: 'Namespaces; 10 by default.', type: 'integer', minimum: 1, maximum: 1000 },
        seed: text('The same seed draws the same sample again.'),
      }),
      production: choice('production', 'What counts as production.'),
      system: list('Namespaces told apart as the system’s: names or globs.', text('A name or glob.')),
      coverage: map('coverage', 'What uncovered namespaces and pods mean; fail by default.', {
        ingress: demand('Pods that no policy isolates for ingress.'),
        egress: demand('Pods that no policy isolates for egress.'),
        system: demand('Any gap in a system namespace, where less than the others.'),
      }),
      defaultDeny: map('defaultDeny', 'Where a default deny is required; everywhere by default.', {
        required: choice('required', 'Namespaces.'),
        directions: {
          ...list('Directions; both by default.', { enum: ['ingress', 'egress'] }),
          minItems: 1,
        },
      }),
      scenarios: list(
        'Scenario files, from where this file is: the documented requirements.',
        text('A path.'),
      ),
      exceptions: text('File of approved exceptions, from where this file is.'),
      git,
      probes,
    },
    ['apiVersion', 'kind', 'metadata'],
  ),
};

const DATE: AnySchemaObject = {
  title: 'date',
  type: 'string',
  pattern: '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$',
  patternErrorMessage: 'is not a date: write year, month and day, as in 2027-01-31',
};

export const exceptionsSchema: AnySchemaObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  ...map(
    'exceptions',
    'Findings that are known, owned, approved, and allowed until a day.',
    {
      ...head(EXCEPTIONS_KIND),
      exceptions: list(
        'Approved exceptions.',
        map(
          'exception',
          'One approval.',
          {
            id: text('How it is called elsewhere, as in RISK-42.'),
            rule: text('The rule, as findings name it, or * for all.'),
            subject: text('Subject of the findings, as in Namespace/legacy; globs allowed.'),
            owner: text('Who answers for it.'),
            reason: text('Why it is allowed.'),
            approvedBy: text('Who approved it.'),
            expires: { ...DATE, description: 'The last day on which it holds (UTC).' },
          },
          ['id', 'rule', 'subject', 'owner', 'reason', 'approvedBy', 'expires'],
        ),
      ),
    },
    ['apiVersion', 'kind', 'exceptions'],
  ),
};
