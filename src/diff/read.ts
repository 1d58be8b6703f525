/** A saved result, as far as a comparison relies on it. */
import { NetproofError } from '../model/errors.ts';
import type { RunResult } from '../model/result.ts';

const API_VERSION = 'netproof/v1';
const HOW = 'save one with: netproof run SCENARIO -o json --output-file FILE';

/** Throws NetproofError `file-unreadable` for what is no result of a run that this version can read. */
export function parseResult(text: string, file: string): RunResult {
  const document = parseJson(text, file);
  if (!isMap(document)) throw refused(`${file} is no result of a run`);
  const { kind, apiVersion } = document;
  if (kind !== 'RunResult') {
    const what = typeof kind === 'string' ? `it is a ${kind}` : 'it has no kind';
    throw refused(`${file} is no result of a run: ${what}`);
  }
  if (apiVersion !== API_VERSION) {
    const what = `${file} is of version ${String(apiVersion)}; this netproof reads ${API_VERSION}`;
    throw refused(what, 'compare it with the netproof that made it, or run again');
  }
  const fault = faultIn(document);
  if (fault !== undefined) throw refused(`${file} is not as a run writes it: ${fault}`);
  return document as unknown as RunResult;
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const isYaml = /^(apiVersion|kind):/m.test(text.slice(0, 1000));
    const what = isYaml ? `${file} is YAML, not JSON` : `${file} is not JSON, or only a part of it`;
    throw new NetproofError('file-unreadable', what, { hint: HOW, cause });
  }
}

function refused(message: string, hint = HOW): NetproofError {
  return new NetproofError('file-unreadable', message, { hint });
}

type Map = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is Map {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first thing in it that is not of its form. */
function faultIn({ verdicts, record }: Map): string | undefined {
  if (!Array.isArray(verdicts)) return 'it has no verdicts';
  if (!isMap(record)) return 'it has no record';
  const { probes, policies, classes = [], scenario, cluster, runId, startedAt } = record;
  if (!Array.isArray(probes)) return 'its record has no probes';
  if (!Array.isArray(policies) || !policies.every(isPolicy)) return 'its record has no policies';
  if (!Array.isArray(classes) || !classes.every(isClass))
    return 'its record has classes of no form that is known';
  if (!hasTexts(scenario, ['name', 'digest'])) return 'its record names no scenario';
  if (!hasTexts(cluster, ['context', 'server'])) return 'its record names no cluster';
  if (typeof runId !== 'string' || !Number.isFinite(startedAt)) return 'its record does not name the run';
  const probe = probes.findIndex((each) => !isProbe(each));
  if (probe >= 0) return `record.probes[${probe}] has no source, endpoint or expectation`;
  const verdict = verdicts.findIndex((each) => !isVerdict(each, probes.length));
  return verdict >= 0 ? `verdicts[${verdict}] is no verdict on one of its probes` : undefined;
}

function hasTexts(value: unknown, keys: readonly string[]): value is Map {
  return isMap(value) && keys.every((key) => typeof value[key] === 'string');
}

function isPolicy(value: unknown): boolean {
  return hasTexts(value, ['namespace', 'name', 'uid', 'resourceVersion']);
}

function isClass(value: unknown): boolean {
  if (!hasTexts(value, ['representative'])) return false;
  const { members } = value;
  return Array.isArray(members) && members.every((member) => typeof member === 'string');
}

function isProbe(value: unknown): boolean {
  return (
    hasTexts(value, ['source', 'endpoint', 'destination']) &&
    ['allow', 'deny'].includes(value['expect'] as string)
  );
}

const CAUSES: ReadonlyMap<unknown, readonly unknown[]> = new Map([
  ['pass', ['dropped', 'rejected', 'reached']],
  ['fail', ['leak', 'leak-one-way', 'blocked', 'reply-lost', 'wrong-status']],
]);

/** Whatever an inconclusive verdict's cause is, it is the same here. */
function isVerdict(value: unknown, probes: number): boolean {
  if (!hasTexts(value, ['verdict', 'cause', 'because'])) return false;
  const { probe, verdict, cause } = value;
  if (typeof probe !== 'number' || !Number.isInteger(probe) || probe < 0 || probe >= probes) return false;
  if (verdict === 'inconclusive') return true;
  return CAUSES.get(verdict)?.includes(cause) === true;
}
