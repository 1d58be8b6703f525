/** Where the suite runs: the cluster that KUBECONFIG names, and what is known of it. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { TOP } from '../../support/netproof.ts';

const CACHE =
  process.env['NETPROOF_E2E_CACHE'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'netproof-e2e');

export const KUBECONFIG = process.env['KUBECONFIG'] ?? '';
if (!existsSync(KUBECONFIG)) {
  throw new Error(
    'KUBECONFIG must name the kubeconfig file of a cluster that may be tested: test/e2e/README.md',
  );
}

/** The cluster of test/e2e/cluster, whose nodes, policy engine and API server tests may stop. */
export const OWN = KUBECONFIG === join(CACHE, 'run/kubeconfig');
export const HANDLE = join(TOP, 'test/e2e/cluster/cluster');

/** Node image of probe pods and of the suite's own; absent: the scenarios' own. */
export const IMAGE =
  process.env['NETPROOF_E2E_IMAGE'] ?? (OWN ? 'docker.io/library/node:20-slim' : undefined);

/** `address:port` of an HTTP server outside the cluster that its pods can reach. */
export const OUTSIDE = process.env['NETPROOF_E2E_OUTSIDE'] ?? (OWN ? '203.0.113.10:8080' : undefined);

/** Whether there is a www.example.com and a metadata service, which our own cluster plays itself. */
export const HAS_WORLD = OWN || process.env['NETPROOF_E2E_WORLD'] === 'yes';

/** Whole runs with their pods, on a machine that may be busy. */
export const RUN_MS = 240_000;
