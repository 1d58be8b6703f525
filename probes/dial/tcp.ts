/** TCP. To a listener of ours: greets and awaits the echo. Elsewhere: connects and closes without a byte. */
import { connect } from 'node:net';
import { echoedBy, greeting } from '../nonce.ts';
import type { Dial } from './dial.ts';
import { dialHeld } from './held.ts';
import { converse } from './stream.ts';

export const dialTcp: Dial = (call, ear) => (call.hold === true ? dialHeld : dialOnce)(call, ear);

const dialOnce: Dial = (call, ear) =>
  converse(
    connect({ host: call.address, port: call.port }),
    {
      ready: 'connect',
      ...(call.echo ? { say: greeting(call.nonce) } : {}),
      hear: (text) => {
        if (!call.echo) return { facts: {}, final: true };
        const by = echoedBy(text, call.nonce);
        return by === undefined
          ? { facts: { echoed: false }, final: false }
          : { facts: { echoed: true, by }, final: true };
      },
    },
    ear,
  );
