/** Where the API server is, by what a kubeconfig says. */
import { NetproofError } from '../model/errors.ts';
import { quote } from '../scenario/words.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What makes an address without a scheme mean https (client-go's rest/url_utils.go, `defaultServerUrlFor`). */
const SECURE = ['certificate-authority', 'certificate-authority-data', 'insecure-skip-tls-verify'] as const;
const SECURE_USER = ['client-certificate', 'client-certificate-data'] as const;

/**
 * The URL, without a slash at its end.
 *
 * @param name the cluster's in the kubeconfig
 * @throws NetproofError if the text is no address of an API server
 */
export function serverUrl(text: string, name: string, cluster: Fields, user: Fields): string {
  const secure = SECURE.some((key) => cluster[key]) || SECURE_USER.some((key) => user[key]);
  const url = urlOf(text.includes('://') ? text : `${secure ? 'https' : 'http'}://${text}`);
  if (url) return url.replace(/\/$/, '');
  throw new NetproofError(
    'usage',
    `cluster ${quote(name)} of the kubeconfig has the server ${quote(text)}, which is no address`,
    { hint: 'for example https://10.0.0.1:6443' },
  );
}

function urlOf(text: string): string | undefined {
  try {
    const { protocol } = new URL(text);
    return protocol === 'http:' || protocol === 'https:' ? text : undefined;
  } catch {
    return undefined;
  }
}
