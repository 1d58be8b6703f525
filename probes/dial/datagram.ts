/** One datagram out, its reply in: the same for UDP and DNS. */
import { createSocket } from 'node:dgram';
import { codeOf, outcomeOf } from '../outcomes.ts';
import { type Answer, type Call, type Ear, portFact, type Try } from './dial.ts';

/** Sends `payload` from a connected socket, so that only the peer's replies and ICMP errors come back. */
export function exchange(
  call: Call,
  payload: string | Uint8Array,
  /** What a reply tells; undefined if it is not a reply to us. */
  understand: (reply: Buffer) => Partial<Answer> | undefined,
  ear: Ear,
): Try {
  const family = call.address.includes(':') ? 6 : 4;
  const socket = createSocket({
    type: `udp${family}`,
    // The address needs no resolver; Node would ask one for the wildcard address that it binds, too.
    lookup: (address, _options, found) => found(null, address, family),
  });
  let open = true;
  let sent = false;
  const close = (): void => {
    if (open) socket.close();
    open = false;
  };
  const port = (): { localPort?: number } => (sent ? portFact(socket.address().port) : {});
  const finish = (answer: Answer): void => {
    if (!open) return;
    const final = { ...answer, ...port() };
    close();
    ear.answered(final);
  };

  socket.on('error', (error) => {
    const outcome = outcomeOf(codeOf(error), !sent);
    finish({ outcome, error: codeOf(error) });
  });
  socket.on('message', (reply) => {
    const facts = understand(reply);
    if (facts) finish({ outcome: 'connected', ...facts });
  });
  socket.on('connect', () => {
    if (!open) return;
    sent = true;
    socket.send(payload);
  });
  socket.connect(call.port, call.address);

  return {
    expire: () => {
      const final: Answer = { outcome: 'timed-out', ...(open ? port() : {}) };
      close();
      return final;
    },
    abandon: close,
  };
}
