import { expect, test } from '@jest/globals';
import type { Outcome } from '../../../probes/wire.ts';
import { assess, type CanaryRounds, decided } from '../../../src/preflight/assess.ts';
import type { Round } from '../../../src/probing/resident.ts';

const rounds = (...outcomes: Outcome[]): Round[] => outcomes.map((outcome, index) => [index * 1000, outcome]);
const open = rounds('connected', 'connected');
const denied = rounds('timed-out', 'timed-out');

const HEALTHY: CanaryRounds = {
  openTcp: open,
  openUdp: open,
  closed: rounds('refused', 'refused'),
  ingressTcp: denied,
  ingressUdp: denied,
  egressTcp: denied,
  egressUdp: denied,
};

test('a healthy cluster: both directions proven, drop learned, nothing found', () => {
  expect(decided(HEALTHY)).toBe(true);
  expect(assess(HEALTHY)).toEqual({
    tested: true,
    ingress: 'proven',
    egress: 'proven',
    denySignature: { tcp: ['timed-out'], udp: ['timed-out'] },
    latencyMs: 0,
    findings: [],
  });
});

test('a cluster that ignores policies', () => {
  const ignoring = { ...HEALTHY, ingressTcp: open, ingressUdp: open, egressTcp: open, egressUdp: open };
  expect(decided(ignoring)).toBe(false);
  const { ingress, egress, denySignature, findings } = assess(ignoring);
  expect([ingress, egress]).toEqual(['absent', 'absent']);
  expect(denySignature).toEqual({ tcp: [], udp: [] });
  expect(findings).toEqual(['an ingress deny was ignored', 'an egress deny was ignored']);
});

test('only UDP unfiltered is found, and TCP still proven', () => {
  const { ingress, findings } = assess({ ...HEALTHY, ingressUdp: open });
  expect(ingress).toBe('proven');
  expect(findings).toEqual(['an ingress deny was ignored for UDP']);
});

test('a rejecting cluster teaches its own signature', () => {
  const refused = rounds('refused', 'refused');
  const { denySignature } = assess({ ...HEALTHY, ingressTcp: refused, egressTcp: refused });
  expect(denySignature.tcp).toEqual(['refused']);
});

test('silence proves nothing where even the open port is silent', () => {
  const dead = { ...HEALTHY, openTcp: denied, openUdp: denied };
  expect(decided(dead)).toBe(false);
  const { ingress, egress, denySignature, findings } = assess(dead);
  expect([ingress, egress]).toEqual(['unknown', 'unknown']);
  expect(denySignature).toEqual({ tcp: [], udp: [] });
  expect(findings).toHaveLength(1);
});

test('a single denied round is no answer yet', () => {
  const once = { ...HEALTHY, ingressTcp: rounds('connected', 'timed-out') };
  expect(decided(once)).toBe(false);
  expect(assess(once).ingress).toBe('unknown');
});

test('an error at the source is not a deny', () => {
  expect(assess({ ...HEALTHY, ingressTcp: rounds('errored', 'errored') }).ingress).toBe('unknown');
});

test('latency is the time until the last open round', () => {
  const slow = {
    ...HEALTHY,
    ingressTcp: rounds('connected', 'connected', 'connected', 'timed-out', 'timed-out'),
  };
  expect(assess(slow).latencyMs).toBe(2000);
});
