/** Namespaces of the suite's own, and a scenario to have things go wrong in. */
import { apply, type Manifest, remove } from './objects.ts';
import type { Written } from './scenario.ts';

/** Creates a namespace with these objects in it, works, and removes it however the work ends. */
export async function withNamespace(
  name: string,
  objects: readonly Manifest[],
  work: () => Promise<void>,
): Promise<void> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  await apply(namespace);
  try {
    await apply(...objects);
    await work();
  } finally {
    await remove(namespace);
  }
}

/** `server` takes packets of `friend` alone; patient enough for something to happen meanwhile. */
export function guarded(namespace: string, more: Partial<Written> = {}): Written {
  return {
    namespaces: { [namespace]: { create: true } },
    workloads: {
      server: { namespace, labels: { app: 'server' }, listen: ['tcp/8080', 'udp/5353'] },
      other: { namespace, labels: { app: 'other' }, listen: ['tcp/9090'] },
      friend: { namespace, labels: { app: 'friend' } },
      stranger: { namespace },
    },
    policies: [
      {
        name: 'server',
        namespace,
        spec: {
          podSelector: { matchLabels: { app: 'server' } },
          policyTypes: ['Ingress'],
          ingress: [{ from: [{ podSelector: { matchLabels: { app: 'friend' } } }] }],
        },
      },
    ],
    expect: { default: 'deny', rules: [{ 'friend -> server': 'all' }, { '* -> other': 'all' }] },
    attempt: { timeout: '1500ms' },
    ...more,
  };
}

export const DENIED = ['stranger', 'other', 'server'].flatMap((source) => [
  `${source} -> server:tcp/8080`,
  `${source} -> server:udp/5353`,
]);
export const ALLOWED = [
  'friend -> server:tcp/8080',
  'friend -> server:udp/5353',
  ...['server', 'other', 'friend', 'stranger'].map((source) => `${source} -> other:tcp/9090`),
];
