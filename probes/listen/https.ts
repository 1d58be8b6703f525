/** HTTPS: HTTP over TLS with the order's certificate. */
import { requests } from './http.ts';
import type { Listen } from './listen.ts';
import { listenOn, serve } from './stream.ts';

export const httpsListen =
  (tls: { readonly key: string; readonly cert: string } | undefined): Listen =>
  async (port, hearing) => {
    if (!tls) throw new Error('no certificate');
    const { createServer } = await import('node:tls');
    // No client shows a certificate; without `ca`, Node would read all its root certificates (lib/internal/tls).
    const server = createServer({ key: tls.key, cert: tls.cert, ca: [] }, (socket) =>
      serve(socket, requests(hearing)),
    );
    // A client that speaks no TLS has been hung up on; there is no one left to tell.
    server.on('tlsClientError', () => undefined);
    await listenOn(server, port);
  };
