/** An audit as SARIF 2.1.0 (OASIS), which code hosts show beside the lines that findings are about. */
import { type AuditResult, type Finding, type Severity, subjectKey } from '../../model/audit.ts';
import { toJson } from '../data.ts';
import { visible } from '../escape.ts';

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  fail: 'error',
  inconclusive: 'warning',
  warn: 'warning',
  note: 'note',
};

export function render(result: AuditResult): string {
  const rules = result.checks.flatMap(({ id, rules: named }) =>
    Object.entries(named).map(([rule, text]) => ({ id: rule, text, check: id })),
  );
  const index = new Map(rules.map(({ id }, i) => [id, i] as const));
  return toJson({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'netproof',
            version: result.tool.version,
            rules: rules.map(({ id, text, check }) => ({
              id,
              shortDescription: { text },
              properties: { check },
            })),
          },
        },
        invocations: [
          {
            startTimeUtc: result.startedAt,
            endTimeUtc: result.endedAt,
            exitCode: result.summary.exitCode,
            executionSuccessful: true,
          },
        ],
        results: result.findings.map((finding) => resultOf(finding, index.get(finding.rule) ?? 0)),
      },
    ],
  });
}

function resultOf(finding: Finding, ruleIndex: number): object {
  const { id, rule, severity, subject, message, exception, exposure, system } = finding;
  return {
    ruleId: rule,
    ruleIndex,
    level: LEVELS[severity],
    message: { text: visible(message) },
    locations: [
      {
        physicalLocation: physical(finding),
        logicalLocations: [{ fullyQualifiedName: visible(subjectKey(subject)), kind: 'resource' }],
      },
    ],
    partialFingerprints: { 'netproofFinding/v1': id },
    properties: { exposure, system, severity },
    ...(exception && {
      suppressions: [
        {
          kind: 'external',
          status: 'accepted',
          justification: visible(
            `exception ${exception.id} of ${exception.owner} until ${exception.expires}`,
          ),
        },
      ],
    }),
  };
}

/** GitHub takes no result without a place; what stands in no file is shown at the whole result. */
function physical({ where }: Finding): object {
  if (where === undefined) return { artifactLocation: { uri: 'result.json' } };
  const uri = where.file.split('/').map(encodeURIComponent).join('/');
  return {
    artifactLocation: { uri },
    region: { startLine: where.line, startColumn: where.column },
  };
}
