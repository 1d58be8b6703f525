/** The cluster's policy engine, as netproof itself detects it. */
import { expect } from '@jest/globals';
import { connect } from '../../../src/cluster/connect.ts';
import { detect } from '../../../src/preflight/detect/detect.ts';
import { readFacts } from '../../../src/preflight/facts/read.ts';
import { KUBECONFIG } from './place.ts';

const cluster = await connect({ kubeconfig: KUBECONFIG });
export const DETECTION = detect(await readFacts(cluster, new AbortController().signal));

/** Whether anybody can be expected to enforce policies: nobody is known to on a plain bridge. */
export const ENFORCES = DETECTION.enforcer.kind !== 'none-known';

/** Whether what is denied is refused. The variable is for an engine that can't be detected. */
export const REJECTS =
  process.env['NETPROOF_E2E_REJECTS'] !== undefined ||
  DETECTION.engines.some(({ deny }) => deny.style === 'reject');

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
