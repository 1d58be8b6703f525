/** The kubeconfig of a running sandbox. */
import { dump } from 'js-yaml';

export const SANDBOX_CONTEXT = 'netproof-sandbox';

export interface Credentials {
  readonly server: string;
  /** PEM. */
  readonly ca: string;
  readonly token: string;
}

export function kubeconfigOf({ server, ca, token }: Credentials): string {
  const name = SANDBOX_CONTEXT;
  return dump({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name, cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } },
    ],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });
}
