/** UDP: greets with one datagram; any reply is an answer, our listener's carries the echo. */
import { echoedBy, greeting } from '../nonce.ts';
import { exchange } from './datagram.ts';
import type { Dial } from './dial.ts';

export const dialUdp: Dial = (call, ear) =>
  exchange(
    call,
    greeting(call.nonce),
    (reply) => {
      if (!call.echo) return {};
      const by = echoedBy(reply.toString('latin1'), call.nonce);
      return by === undefined ? { echoed: false } : { echoed: true, by };
    },
    ear,
  );
