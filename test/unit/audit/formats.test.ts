/** Every format holds all findings, and nothing that a name from a cluster could act with. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { AuditResult } from '../../../src/model/audit.ts';
import { AUDIT_FORMAT_NAMES, AUDIT_FORMATS, type AuditFormat } from '../../../src/report/audit/format.ts';
import { auditOf } from '../../support/audit.ts';
import { readXml } from '../../support/xml.ts';

const HOSTILE = '<img src=x onerror=alert(1)>"\'&`|\u202e\u001b[31m](http://x)';

let result: AuditResult;
const texts = new Map<AuditFormat, string>();

beforeAll(async () => {
  const planted = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: HOSTILE, labels: { env: 'production' } },
  });
  ({ result } = await auditOf({ files: { 'planted.json': planted } }));
  for (const name of AUDIT_FORMAT_NAMES) {
    const render = await AUDIT_FORMATS[name]();
    const text = render(result, { wide: false, color: false, unicode: true, width: 120 });
    texts.set(name, typeof text === 'string' ? text : [...text].join(''));
  }
});

const textOf = (format: AuditFormat): string => texts.get(format) ?? '';

describe('hostile names', () => {
  test.each(AUDIT_FORMAT_NAMES)('%s has no control or bidirectional character', (format) => {
    expect(textOf(format)).not.toBe('');
    // oxlint-disable-next-line no-control-regex
    expect(textOf(format)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
  });

  test.each(['html', 'markdown', 'junit'] as const)('%s has no markup of theirs', (format) => {
    expect(textOf(format)).not.toContain('<img');
    if (format === 'markdown') expect(textOf(format)).not.toContain('](http');
  });

  test('JSON, SARIF and OSCAL read back exactly', () => {
    expect(JSON.parse(textOf('json'))).toEqual(JSON.parse(JSON.stringify(result)));
    for (const format of ['sarif', 'oscal'] as const) expect(() => JSON.parse(textOf(format))).not.toThrow();
  });
});

describe('json', () => {
  test('fits its published schema', async () => {
    const { auditResultSchema } = await import('../../../src/report/audit/schema.ts');
    const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
    const validate = ajv.compile(auditResultSchema);
    expect([validate(JSON.parse(textOf('json'))), validate.errors]).toEqual([true, null]);
    const { summary: _, ...broken } = JSON.parse(textOf('json')) as Record<string, unknown>;
    expect(validate(broken)).toBe(false);
    expect(validate({ ...(JSON.parse(textOf('json')) as object), more: 1 })).toBe(false);
  });
});

describe('junit', () => {
  test('is well-formed, counts right, and is red for what is open', () => {
    const root = readXml(textOf('junit'));
    const cases = [...textOf('junit').matchAll(/<testcase /g)].length;
    expect(root.attributes['tests']).toBe(String(cases));
    expect(Number(root.attributes['failures'])).toBe(result.summary.findings.fail);
    expect(textOf('junit')).toContain('<error message="');
  });
});

interface Sarif {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly locations: readonly { readonly physicalLocation: object }[];
    }[];
  }[];
}

describe('sarif', () => {
  test('has every finding with its rule and a place', () => {
    const { version, runs } = JSON.parse(textOf('sarif')) as Sarif;
    expect(version).toBe('2.1.0');
    const [run] = runs;
    expect(run?.results.map(({ ruleId }) => ruleId)).toEqual(result.findings.map(({ rule }) => rule));
    for (const { ruleId, ruleIndex, locations } of run?.results ?? []) {
      expect(run?.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
      expect(locations[0]?.physicalLocation).toHaveProperty('artifactLocation.uri');
    }
  });
});

/** The shape that NIST's metaschema of assessment results 1.1.2 asks for, as far as we write it. */
const uuid = {
  type: 'string',
  pattern: '^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[45][0-9A-Fa-f]{3}-[89ABab][0-9A-Fa-f]{3}-[0-9A-Fa-f]{12}$',
};
const line = { type: 'string', pattern: '^\\S(.*\\S)?$' };
const token = { type: 'string', pattern: '^(\\p{L}|_)(\\p{L}|\\p{N}|[.\\-_])*$' };
const time = {
  type: 'string',
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)$',
};
const object = (properties: object, required: readonly string[]) => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});
const list = (items: object) => ({ type: 'array', minItems: 1, items });
const prop = object({ name: token, ns: line, value: line }, ['name', 'value']);
const observation = object(
  {
    uuid,
    title: line,
    description: line,
    props: list(prop),
    methods: list({ enum: ['EXAMINE', 'INTERVIEW', 'TEST', 'UNKNOWN'] }),
    types: list(token),
    collected: time,
    remarks: line,
  },
  ['uuid', 'description', 'methods', 'collected'],
);
const finding = object(
  {
    uuid,
    title: line,
    description: line,
    target: object(
      {
        type: { enum: ['statement-id', 'objective-id'] },
        'target-id': token,
        status: object({ state: { enum: ['satisfied', 'not-satisfied'] }, reason: token }, ['state']),
      },
      ['type', 'target-id', 'status'],
    ),
    'related-observations': list(object({ 'observation-uuid': uuid }, ['observation-uuid'])),
  },
  ['uuid', 'title', 'description', 'target'],
);
const assessmentResults = object(
  {
    'assessment-results': object(
      {
        uuid,
        metadata: object(
          {
            title: line,
            'last-modified': time,
            version: line,
            'oscal-version': line,
            roles: list(object({ id: token, title: line }, ['id', 'title'])),
            parties: list(
              object({ uuid, type: { enum: ['person', 'organization'] }, name: line }, ['uuid', 'type']),
            ),
            'responsible-parties': list(
              object({ 'role-id': token, 'party-uuids': list(uuid) }, ['role-id', 'party-uuids']),
            ),
          },
          ['title', 'last-modified', 'version', 'oscal-version'],
        ),
        'import-ap': object({ href: line, remarks: line }, ['href']),
        results: list(
          object(
            {
              uuid,
              title: line,
              description: line,
              start: time,
              end: time,
              'reviewed-controls': object(
                {
                  'control-selections': list(
                    object({ 'include-controls': list(object({ 'control-id': token }, ['control-id'])) }, []),
                  ),
                },
                ['control-selections'],
              ),
              observations: list(observation),
              findings: list(finding),
            },
            ['uuid', 'title', 'description', 'start', 'reviewed-controls'],
          ),
        ),
      },
      ['uuid', 'metadata', 'import-ap', 'results'],
    ),
  },
  ['assessment-results'],
);

describe('oscal', () => {
  test('has the shape of assessment results, and related observations that are there', () => {
    const document = JSON.parse(textOf('oscal')) as {
      readonly 'assessment-results': {
        readonly results: readonly {
          readonly observations: readonly { readonly uuid: string }[];
          readonly findings: readonly {
            readonly 'related-observations': readonly { readonly 'observation-uuid': string }[];
          }[];
        }[];
      };
    };
    const validate = new Ajv2020({ allErrors: true }).compile(assessmentResults);
    expect([validate(document), validate.errors]).toEqual([true, null]);
    const [only] = document['assessment-results'].results;
    const known = new Set(only?.observations.map((each) => each.uuid));
    expect(known.size).toBe(only?.observations.length);
    for (const each of only?.findings ?? []) {
      for (const related of each['related-observations'])
        expect(known).toContain(related['observation-uuid']);
    }
  });
});

describe('table', () => {
  test('says what it came to, the most exposed first', () => {
    const last = textOf('table').trimEnd().split('\n\n').at(-1) ?? '';
    expect(last.replaceAll('\n', ' ')).toMatch(/^FAILED .*exit 1: at least one check failed$/);
    expect(textOf('table')).toContain('production');
  });

  test('breaks its last line where the terminal ends', async () => {
    const render = await AUDIT_FORMATS.table();
    const text = render(result, { wide: false, color: false, unicode: true, width: 40 });
    const lines = (typeof text === 'string' ? text : [...text].join('')).trimEnd().split('\n');
    const last = lines.slice(lines.findLastIndex((line) => line === '') + 1);
    expect(last.length).toBeGreaterThan(1);
    for (const line of last) expect(line.length).toBeLessThanOrEqual(40);
  });
});
