/**
 * TCP over a connection that outlives its question: the first round makes it, every later one says a nonce of its own
 * on it. Whether a policy that comes cuts what was open before is seen by nothing else. A connection that is gone
 * stays gone: a fresh one would be another question.
 */
import { connect, type Socket } from 'node:net';
import { echoedBy, heldGreeting } from '../nonce.ts';
import { codeOf, outcomeOf } from '../outcomes.ts';
import { type Answer, type Call, type Dial, type Ear, portFact } from './dial.ts';

/** What is kept of the words heard: the echoes of a few rounds. */
const MOST_KEPT = 16_384;

/** One connection, with those who wait for an echo on it. */
class Held {
  readonly socket: Socket;
  readonly #waiting = new Set<() => void>();
  text = '';
  /** Once it is gone: how. */
  lost: string | undefined;
  established = false;

  constructor({ address, port }: Call) {
    this.socket = connect({ host: address, port });
    this.socket.on('connect', () => {
      this.established = true;
      this.#tell();
    });
    this.socket.on('data', (chunk: Buffer) => {
      this.text = (this.text + chunk.toString('latin1')).slice(-MOST_KEPT);
      this.#tell();
    });
    this.socket.on('error', (error) => this.#lose(codeOf(error)));
    this.socket.on('close', () => this.#lose('closed'));
  }

  wait(told: () => void): () => void {
    this.#waiting.add(told);
    return () => this.#waiting.delete(told);
  }

  #lose(how: string): void {
    this.lost ??= how;
    this.#tell();
  }

  #tell(): void {
    for (const told of this.#waiting) told();
  }
}

const connections = new Map<string, Held>();

export const dialHeld: Dial = (call, ear) => {
  const key = `${call.address} ${call.port}`;
  const there = connections.get(key);
  // Until it was once open there is nothing to hold.
  const held =
    there === undefined || (there.lost !== undefined && !there.established) ? new Held(call) : there;
  connections.set(key, held);
  return speak(held, call, ear);
};

function speak(held: Held, call: Call, ear: Ear): ReturnType<Dial> {
  let said = false;
  const answer = (): Answer => {
    const own = portFact(held.socket.localPort);
    const by = echoedBy(held.text, call.nonce);
    if (by !== undefined) return { outcome: 'connected', ...own, echoed: true, by };
    if (held.lost === undefined) return { outcome: 'timed-out', ...own };
    const outcome = held.lost === 'closed' ? 'refused' : outcomeOf(held.lost, false);
    return { outcome, ...own, error: held.lost };
  };
  const finish = (): void => {
    leave();
    ear.answered(answer());
  };
  const look = (): void => {
    if (held.lost !== undefined || echoedBy(held.text, call.nonce) !== undefined) finish();
    else if (held.established && !said) {
      said = true;
      held.socket.write(heldGreeting(call.nonce));
    }
  };
  const leave = held.wait(look);
  // Both are told asynchronously, whatever is known already.
  queueMicrotask(look);
  return {
    expire: () => {
      leave();
      return answer();
    },
    abandon: leave,
  };
}
