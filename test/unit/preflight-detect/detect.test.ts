/** Every detector over excerpts of the API: read, recognised, its switches found, its agents counted. */
import { describe, expect, test } from '@jest/globals';
import type { Detection } from '../../../src/model/detection.ts';
import { detect } from '../../../src/preflight/detect/detect.ts';
import { DETECTORS } from '../../../src/preflight/detect/registry.ts';
import { readFacts } from '../../../src/preflight/facts/read.ts';
import { clusterOf } from './api.ts';
import { calico } from './fixtures/calico.ts';
import { cilium } from './fixtures/cilium.ts';
import { clouds } from './fixtures/clouds.ts';
import type { Expected, Fixture } from './fixtures/make.ts';
import { meshes } from './fixtures/meshes.ts';
import { nfqueue } from './fixtures/nfqueue.ts';
import { others } from './fixtures/others.ts';
import { routers } from './fixtures/routers.ts';

const FIXTURES = [calico, cilium, routers, nfqueue, clouds, others, meshes].flat();

async function detected({ objects, apis = [], forbidden }: Fixture): Promise<Detection> {
  const facts = await readFacts(clusterOf(objects, apis, forbidden), new AbortController().signal);
  // What is saved and read again must say the same.
  return detect(JSON.parse(JSON.stringify(facts)) as typeof facts);
}

/** Of a detection, what the expectation speaks of. */
function told({ enforcer, engines, meshes: found, pools, notes }: Detection, wanted: Expected): Expected {
  const [first] = engines;
  const weakness = engines.flatMap(({ weaknesses }) => weaknesses).find(holds(wanted.weakness));
  const note = notes.find(holds(wanted.note));
  const facts = engines.flatMap(({ switches }) => switches.map(({ fact }) => fact));
  return {
    engines: engines.map(({ id }) => id),
    enforcer: enforcer.kind === 'known' ? enforcer.names : enforcer.kind,
    ...(facts.length === 0
      ? {}
      : { switches: facts.map((fact) => wanted.switches?.find((part) => fact.includes(part)) ?? fact) }),
    ...(wanted.version === undefined ? {} : { version: first?.version ?? '' }),
    ...(wanted.deny === undefined ? {} : { deny: first?.deny.style ?? 'unknown' }),
    ...(wanted.pods === undefined ? {} : { pods: first?.startUp.pods ?? 'unknown' }),
    ...(wanted.enforces === undefined ? {} : { enforces: subset(first?.enforces ?? {}, wanted.enforces) }),
    ...nonEmpty(
      'missing',
      engines.flatMap(({ agents }) => agents?.missing ?? []),
    ),
    ...nonEmpty(
      'notReady',
      engines.flatMap(({ agents }) => agents?.notReady ?? []),
    ),
    ...(wanted.weakness === undefined || weakness === undefined ? {} : { weakness: wanted.weakness }),
    ...(wanted.note === undefined || note === undefined ? {} : { note: wanted.note }),
    ...(wanted.meshes === undefined ? {} : { meshes: found.map(({ name }) => name) }),
    ...nonEmpty(
      'pools',
      pools.map(({ what }) => what),
    ),
  };
}

const holds = (part: string | undefined) => (text: string) => part !== undefined && text.includes(part);
const nonEmpty = (name: string, list: readonly string[]) => (list.length === 0 ? {} : { [name]: list });
const subset = (all: object, keys: object) =>
  Object.fromEntries(Object.entries(all).filter(([key]) => Object.hasOwn(keys, key)));

describe('detected', () => {
  test.each(FIXTURES)('$name', async (fixture) => {
    expect(told(await detected(fixture), fixture.expect)).toEqual(fixture.expect);
  });

  test('every detector has a fixture', () => {
    const seen = new Set(FIXTURES.flatMap((fixture) => fixture.expect.engines));
    expect(DETECTORS.map(({ id }) => id).filter((id) => !seen.has(id))).toEqual([]);
  });
});
