/** An audit as OSCAL assessment results (NIST, metaschema `oscal_assessment-results`, version 1.1.2). */
import { createHash } from 'node:crypto';
import { type AuditResult, type CheckReport, type Finding, subjectKey } from '../../model/audit.ts';
import { toJson } from '../data.ts';
import { visible } from '../escape.ts';
import { exceptionWords, findingsOf, sourceWords, stepWords, summaryWords } from './words.ts';

const OSCAL_VERSION = '1.1.2';
/** Controls of SP 800-53 Rev. 5 as its OSCAL catalog names them. */
const CONTROLS = ['ac-4', 'ca-8', 'cm-3', 'sc-7', 'sc-7.5', 'sc-7.21'] as const;
const OBJECTIVES: Readonly<Record<string, (typeof CONTROLS)[number]>> = {
  enforcement: 'sc-7',
  inventory: 'sc-7',
  'critical-namespaces': 'sc-7',
  'intended-matrix': 'ac-4',
  'over-permissive': 'ac-4',
  'dead-rules': 'ac-4',
  'namespace-coverage': 'sc-7',
  'pod-coverage': 'sc-7.21',
  connectivity: 'ac-4',
  'change-control': 'cm-3',
  'manual-edits': 'cm-3',
  'default-deny': 'sc-7.5',
  exceptions: 'sc-7',
};

export function render(result: AuditResult): string {
  const id = (...parts: readonly string[]): string =>
    uuid([result.startedAt, result.name, ...parts].join('\n'));
  const asked = result.checks.filter((check) => check.result !== 'not-applicable');
  return toJson({
    'assessment-results': {
      uuid: id('document'),
      metadata: {
        title: line(`Audit of network policies: ${result.name}`),
        'last-modified': result.endedAt,
        version: result.tool.version,
        'oscal-version': OSCAL_VERSION,
        roles: [{ id: 'assessor', title: 'Who ran netproof' }],
        parties: [{ uuid: id('party'), type: 'person', name: line(result.operator) }],
        'responsible-parties': [{ 'role-id': 'assessor', 'party-uuids': [id('party')] }],
      },
      // An assessment plan is the organisation's own document: this one names the place for it.
      'import-ap': {
        href: '#assessment-plan',
        remarks: 'Replace by the assessment plan that this belongs to.',
      },
      results: [
        {
          uuid: id('result'),
          title: 'netproof audit',
          description: line(`${sourceWords(result.source)}: ${summaryWords(result)}`),
          start: result.startedAt,
          end: result.endedAt,
          'reviewed-controls': {
            'control-selections': [
              { 'include-controls': CONTROLS.map((control) => ({ 'control-id': control })) },
            ],
          },
          observations: [
            ...asked.map((check) => checkObservation(check, result, id)),
            ...result.findings.map((finding) => findingObservation(finding, result, id)),
          ],
          ...(asked.length > 0 && { findings: asked.map((check) => findingOf(check, result, id)) }),
        },
      ],
    },
  });
}

type Id = (...parts: readonly string[]) => string;

function checkObservation(check: CheckReport, { endedAt }: AuditResult, id: Id): object {
  return {
    uuid: id('check', check.id),
    title: line(check.title),
    description: line(check.because),
    methods: [check.step === 6 || check.step === 1 ? 'TEST' : 'EXAMINE'],
    types: ['control-objective'],
    collected: endedAt,
  };
}

function findingObservation(finding: Finding, { endedAt }: AuditResult, id: Id): object {
  return {
    uuid: id('finding', finding.id, finding.message),
    title: line(finding.rule),
    description: line(finding.message),
    props: [
      { name: 'severity', ns: 'https://netproof.dev/ns/oscal', value: finding.severity },
      { name: 'subject', ns: 'https://netproof.dev/ns/oscal', value: line(subjectKey(finding.subject)) },
    ],
    methods: ['EXAMINE'],
    types: ['finding'],
    collected: endedAt,
    ...(finding.exception && { remarks: line(exceptionWords(finding)) }),
  };
}

/** OSCAL knows satisfied and not: what is inconclusive is not satisfied, and says why. */
function findingOf(check: CheckReport, result: AuditResult, id: Id): object {
  const satisfied = check.result === 'pass' || check.result === 'warn';
  return {
    uuid: id('objective', check.id),
    title: line(`${stepWords(check.step)}: ${check.title}`),
    description: line(`${check.result}: ${check.because}`),
    target: {
      type: 'objective-id',
      'target-id': `${OBJECTIVES[check.id] ?? 'sc-7'}_obj`,
      status: {
        state: satisfied ? 'satisfied' : 'not-satisfied',
        reason: check.result === 'inconclusive' ? 'other' : satisfied ? 'pass' : 'fail',
      },
    },
    'related-observations': [
      { 'observation-uuid': id('check', check.id) },
      ...findingsOf(result, check).map((finding) => ({
        'observation-uuid': id('finding', finding.id, finding.message),
      })),
    ],
  };
}

/** Strings there have no line ends and no white space at their ends. */
function line(text: string): string {
  return visible(text).trim() || '-';
}

/** Name-based (RFC 9562, version 5): the same audit gives the same document. */
function uuid(name: string): string {
  const bytes = createHash('sha1').update('netproof-audit\n').update(name).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
