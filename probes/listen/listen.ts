/** What every protocol's listening side has in common. */

/** Where nonces go. */
export interface Hearing {
  /** Takes a nonce that came from `from` (address and port); returns the echo to send back. */
  heard(nonce: string, from: string): string;
}

/** Binds a port on every address and serves it for the rest of the process's life. Rejects if it can't. */
export type Listen = (port: number, hearing: Hearing) => Promise<void>;

/** `address:port` as people write it; IPv4 peers of an IPv6 socket come as `::ffff:192.0.2.1`. */
export function peer(address: string | undefined, port: number | undefined): string {
  const plain = (address ?? '').replace(/^::ffff:(?=\d+\.)/, '');
  return plain.includes(':') ? `[${plain}]:${port ?? 0}` : `${plain}:${port ?? 0}`;
}

/** Binds on the IPv6 wildcard, which takes IPv4 too, or on IPv4's where the pod has no IPv6 at all. */
export async function bindAny(bind: (host: string) => Promise<void>): Promise<void> {
  try {
    await bind('::');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EAFNOSUPPORT' && code !== 'EADDRNOTAVAIL') throw error;
    await bind('0.0.0.0');
  }
}
