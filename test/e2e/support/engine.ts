/** The cluster's policy engine, as netproof itself detects it. */
import { expect } from '@jest/globals';
import { connect } from '../../../src/cluster/connect.ts';
import type { Capability } from '../../../src/model/capabilities.ts';
import { detect } from '../../../src/preflight/detect/detect.ts';
import { readFacts } from '../../../src/preflight/facts/read.ts';
import { KUBECONFIG, OWN } from './place.ts';

const cluster = await connect({ kubeconfig: KUBECONFIG });
export const DETECTION = detect(await readFacts(cluster, new AbortController().signal));

/** False on our own cluster with a plain bridge. A cluster of somebody else's is expected to, whatever was detected. */
export const ENFORCES = !OWN || DETECTION.enforcer.kind === 'known';

/** For an engine that can't be detected, but is known to be like this one. */
const LIKE_KUBE_ROUTER = process.env['NETPROOF_E2E_LIKE'] === 'kube-router';

/** Whether what is denied is refused. */
export const REJECTS = LIKE_KUBE_ROUTER || DETECTION.engines.some(({ deny }) => deny.style === 'reject');

/** What it is known to lack of what the API says. */
export const KNOWN_TO_LACK: readonly Capability[] = [
  ...(DETECTION.engines.every(({ enforces }) => enforces.endPort === 'yes') ? [] : ['end-port' as const]),
  ...(LIKE_KUBE_ROUTER || DETECTION.engines.some(({ startUp }) => startUp.pods === 'open')
    ? ['new-pod' as const]
    : []),
];

/**
 * The cause under which a deny passes here. Where it is refused, now and then it is silence: kernels limit the ICMP
 * answers that they send.
 */
export const KEPT_OUT: unknown = REJECTS
  ? expect.stringMatching(/^(dropped|rejected|dropped rejected)$/)
  : 'dropped';

/** A truth table as it is here, from one of a cluster that drops. */
export const asHere = (table: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(table).map(([cell, cause]) => [cell, cause === 'dropped' ? KEPT_OUT : cause]),
  );
