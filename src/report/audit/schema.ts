/** JSON Schema of an audit's JSON result, printed by `netproof schema audit`. */
type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const count: Schema = { type: 'integer', minimum: 0 };
const texts: Schema = { type: 'array', items: text };

const list = (items: Schema): Schema => ({ type: 'array', items });
const map = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });
const word = (...values: readonly string[]): Schema => ({ enum: values });

/** Fields with a question mark may be absent. */
function object(fields: Readonly<Record<string, Schema>>): Schema {
  const names = Object.keys(fields);
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(
      Object.entries(fields).map(([name, schema]) => [name.replace(/\?$/, ''), schema]),
    ),
    required: names.filter((name) => !name.endsWith('?')),
  };
}

const result = word('pass', 'fail', 'warn', 'not-applicable', 'inconclusive');
const severity = word('fail', 'inconclusive', 'warn', 'note');
const exposure = list(word('internet', 'production', 'data', 'privileged'));
const expectation = word('allow', 'deny');
const time: Schema = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' };
const position = object({ file: text, line: count, column: count });

const finding = object({
  id: text,
  check: text,
  rule: text,
  severity,
  subject: object({ kind: text, 'namespace?': text, name: text }),
  message: text,
  'where?': position,
  exposure,
  system: { type: 'boolean' },
  'exception?': object({ id: text, owner: text, expires: text }),
  'remedy?': text,
});

const check = object({
  id: text,
  step: { enum: [1, 2, 3, 4, 5, 6, 7, 8, 'beyond'] },
  title: text,
  result,
  because: text,
  rules: map(text),
  findings: texts,
  evidence: list(object({ title: text, columns: texts, rows: list(texts) })),
});

const truthTable = object({
  name: text,
  file: text,
  generated: { type: 'boolean' },
  sources: texts,
  endpoints: texts,
  namespaces: map(text),
  created: texts,
  cells: list(
    object({
      source: text,
      endpoint: text,
      expect: expectation,
      'predicted?': word('allow', 'deny', 'uncertain'),
      'policies?': text,
      'observed?': object({ verdict: word('pass', 'fail', 'inconclusive'), cause: text, because: text }),
      'reason?': text,
    }),
  ),
});

const source: Schema = {
  oneOf: [
    object({
      kind: { const: 'cluster' },
      server: text,
      context: text,
      version: text,
      'user?': text,
      sandbox: { type: 'boolean' },
    }),
    object({ kind: { const: 'manifests' }, folder: text, files: count }),
  ],
};

const counts = (...names: readonly string[]): Schema =>
  object(Object.fromEntries(names.map((name) => [name, count])));

export const auditResultSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'netproof audit result',
  ...object({
    apiVersion: { const: 'netproof/v1' },
    kind: { const: 'AuditResult' },
    tool: object({ name: { const: 'netproof' }, version: text }),
    name: text,
    startedAt: time,
    endedAt: time,
    operator: text,
    source,
    inputs: list(
      object({ role: word('configuration', 'exceptions', 'scenario', 'git'), name: text, digest: text }),
    ),
    summary: object({
      checks: counts('pass', 'fail', 'warn', 'not-applicable', 'inconclusive'),
      findings: counts('fail', 'inconclusive', 'warn', 'note'),
      excepted: count,
      exitCode: { enum: [0, 1, 3, 4] },
    }),
    checks: list(check),
    findings: list(finding),
    sample: object({
      seed: text,
      size: count,
      population: count,
      namespaces: list(
        object({
          namespace: text,
          chosen: word('named', 'labelled', 'ranked', 'random'),
          score: count,
          exposure,
          reasons: texts,
        }),
      ),
    }),
    truthTables: list(truthTable),
    exceptions: list(
      object({
        id: text,
        what: text,
        owner: text,
        reason: text,
        approvedBy: text,
        expires: text,
        state: word('used', 'unused', 'expired'),
        findings: texts,
        where: position,
      }),
    ),
    compliance: list(
      object({
        framework: text,
        requirement: text,
        asks: text,
        gives: text,
        doesNotGive: text,
        checks: texts,
        result,
      }),
    ),
    notes: texts,
  }),
};
