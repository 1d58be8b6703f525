/** A conversation over a connected stream, the same for TCP, HTTP and HTTPS. */
import type { Socket } from 'node:net';
import { codeOf, outcomeOf } from '../outcomes.ts';
import { type Answer, type Ear, portFact, type Try } from './dial.ts';

/** Bytes read at most; the rest of an answer is not ours to store. */
const MOST_READ = 16_384;

export interface Script {
  /** The event by which the stream can be spoken on. */
  readonly ready: 'connect' | 'secureConnect';
  /** What to say then; if absent, being ready is the answer. */
  readonly say?: string;
  /** Facts known once ready. */
  facts?(): Partial<Answer>;
  /** What `text`, all heard so far, tells; `final` is true when there is no more to wait for. */
  hear(text: string): { readonly facts: Partial<Answer>; readonly final: boolean };
}

/** Speaks by the script on a stream that is just connecting. */
export function converse(socket: Socket, script: Script, ear: Ear): Try {
  let state: 'connecting' | 'connected' | 'ready' | 'over' = 'connecting';
  let text = '';

  /** The answer if no more is heard: a connection stays a connection, whatever was or wasn't said on it. */
  const answer = (error?: string, atConnect = false): Answer => {
    const own = { ...portFact(socket.localPort), ...(error === undefined ? {} : { error }) };
    if (state === 'connecting') return { outcome: error ? outcomeOf(error, atConnect) : 'timed-out', ...own };
    if (state === 'connected' && script.ready === 'secureConnect')
      return { outcome: 'tls-failed', ...own, error: error ?? 'ETIMEDOUT' };
    return { outcome: 'connected', ...own, ...script.facts?.(), ...script.hear(text).facts };
  };
  const close = (): void => {
    state = 'over';
    socket.destroy();
  };
  const finish = (error?: string, atConnect = false): void => {
    if (state === 'over') return;
    const final = answer(error, atConnect);
    close();
    ear.answered(final);
  };

  socket.on('connect', () => {
    if (state !== 'connecting') return;
    state = 'connected';
    ear.connected();
  });
  socket.on(script.ready, () => {
    if (state === 'over') return;
    state = 'ready';
    if (script.say === undefined) finish();
    else socket.write(script.say);
  });
  socket.on('data', (chunk: Buffer) => {
    if (state === 'over') return;
    text += chunk.toString('latin1');
    if (script.hear(text).final || text.length > MOST_READ) finish();
  });
  socket.on('end', () => finish('closed'));
  socket.on('error', (error) => finish(codeOf(error), isFromConnectCall(error)));
  socket.on('close', () => finish('closed'));

  return {
    expire: () => {
      const final = answer(state === 'connecting' ? undefined : 'silent');
      close();
      return final;
    },
    abandon: close,
  };
}

/**
 * Node adds the local address to an error that connect(2) itself returned, before any packet left
 * (lib/net.js, `internalConnect`).
 */
const isFromConnectCall = (error: Error): boolean => error.message.includes(' - Local (');
