/**
 * A source that asks often, with short deadlines, whether what each policy closes is open: how long policies take to
 * come and to go. Beside that it holds one connection that was open before them.
 */
import type { ProbeOrder } from '../../../probes/wire.ts';
import { on, PEER_PORTS, RANGE } from './cast.ts';
import { type Actor, TCP, tcp, TCP_OTHER } from './cells.ts';
import { type Ask, SCHEDULE, type Stage } from './stage.ts';
import type { Script } from './table.ts';

export const TICKER = 'ticker';
/** The name under which the held connection is asked. */
export const HELD = 'held';
/** The policy that comes over it. */
export const HELD_POLICY = 'shut';

/** Per policy, where it closes something to everybody who has no label of its own. */
const WATCHED = {
  [HELD_POLICY]: { to: on('shut', 0), port: TCP },
  sealed: { to: 'sealed', port: TCP },
  'pod-selector': { to: 'peers', port: tcp(PEER_PORTS.pod) },
  port: { to: 'ports', port: TCP_OTHER },
  named: { to: 'named', port: TCP_OTHER },
  range: { to: 'range', port: tcp(RANGE.after) },
} as const;

const ACTOR: Actor = { name: TICKER, role: 'source', who: TICKER, where: 'here', node: 0, listen: [] };
const OFTEN = { ...SCHEDULE, timeoutMs: 200, attempts: 2, roundGapMs: 100 };

export async function ticker(stage: Stage, { policies }: Script): Promise<void> {
  const asks: Ask[] = Object.entries(WATCHED).flatMap(([name, watched]) => {
    const order = stage.orderFor(watched);
    return order && policies.some((policy) => policy.name === name) ? [{ name, order }] : [];
  });
  const held = asks.find(({ name }) => name === HELD_POLICY);
  if (held) asks.push({ name: HELD, order: { ...held.order, hold: true } satisfies ProbeOrder });
  if (asks.length > 0) await stage.speak(ACTOR, asks, OFTEN);
}
