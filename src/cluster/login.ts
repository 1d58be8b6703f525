/** From what a kubeconfig says to TLS material and headers. */
import { readFile } from 'node:fs/promises';
import type { OutgoingHttpHeaders } from 'node:http';
import type { RequestOptions } from 'node:https';
import { type Fields, type Login, textOf } from './kubeconfig.ts';

/** What can be used as it is; whatever else a login has (plugins, providers, proxies) is the client library's. */
const PLAIN = {
  cluster: [
    'server',
    'certificate-authority',
    'certificate-authority-data',
    'insecure-skip-tls-verify',
    'tls-server-name',
    'disable-compression',
    'extensions',
  ],
  user: [
    'client-certificate',
    'client-certificate-data',
    'client-key',
    'client-key-data',
    'token',
    'tokenFile',
    'username',
    'password',
    'as',
    'as-uid',
    'as-groups',
    'extensions',
  ],
} as const;

/**
 * Idle connections are closed by us after 3 s. A Node.js server closes them after 5 s and Kubernetes after 90 s
 * or more: a request written just then would be lost, and a create may not be repeated.
 */
export const IDLE_MS = 3_000;

/** Asks anew each time: tokens in files and from plugins change. */
export type Ask = () => Promise<RequestOptions>;

/**
 * The client library takes half a second of CPU time and 70 MB to load, so it is left alone where a login needs
 * nothing of it.
 */
export async function loginWith(login: Login): Promise<Ask> {
  const isPlain = (fields: Fields, known: readonly string[]): boolean =>
    Object.entries(fields).every(([key, value]) => value == null || known.includes(key));
  const plain = isPlain(login.cluster, PLAIN.cluster) && isPlain(login.user, PLAIN.user);
  return plain ? () => readLogin(login) : await loginThroughLibrary(login);
}

async function readLogin({ cluster, user }: Login): Promise<RequestOptions> {
  const [ca, cert, key] = await Promise.all([
    material(cluster, 'certificate-authority'),
    material(user, 'client-certificate'),
    material(user, 'client-key'),
  ]);
  const servername = textOf(cluster['tls-server-name']);
  return {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(cluster['insecure-skip-tls-verify'] === true && { rejectUnauthorized: false }),
    ...(servername !== undefined && { servername }),
    headers: await headersFor(user),
  };
}

/** As kubectl: data in the kubeconfig itself goes before a file. */
async function material(fields: Fields, key: string): Promise<Buffer | undefined> {
  const data = textOf(fields[`${key}-data`]);
  if (data !== undefined) return Buffer.from(data, 'base64');
  const file = textOf(fields[key]);
  return file === undefined ? undefined : await readFile(file);
}

async function headersFor(user: Fields): Promise<OutgoingHttpHeaders> {
  const file = textOf(user['tokenFile']);
  const token = file === undefined ? textOf(user['token']) : (await readFile(file, 'utf8')).trim();
  const name = textOf(user['username']);
  const basic = Buffer.from(`${name}:${textOf(user['password']) ?? ''}`).toString('base64');
  const as = { user: textOf(user['as']), uid: textOf(user['as-uid']), groups: user['as-groups'] };
  return {
    ...(name !== undefined && { authorization: `Basic ${basic}` }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(as.user !== undefined && { 'impersonate-user': as.user }),
    ...(as.uid !== undefined && { 'impersonate-uid': as.uid }),
    ...(Array.isArray(as.groups) && { 'impersonate-group': as.groups.map(String) }),
  };
}

async function loginThroughLibrary({ context, server, cluster, user }: Login): Promise<Ask> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  const kubeconfig = {
    clusters: [
      {
        name: context,
        // The library refuses http:// (what `kubectl proxy` offers) unless told that TLS doesn't matter.
        cluster: {
          ...cluster,
          server,
          ...(server.startsWith('http:') && { 'insecure-skip-tls-verify': true }),
        },
      },
    ],
    users: [{ name: context, user }],
    contexts: [{ name: context, context: { cluster: context, user: context } }],
    'current-context': context,
  };
  config.loadFromString(JSON.stringify(kubeconfig));
  return async () => {
    const options: RequestOptions = { timeout: IDLE_MS, headers: {} };
    await config.applyToHTTPSOptions(options);
    return options;
  };
}
