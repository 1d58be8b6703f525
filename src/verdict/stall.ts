/** Whether a listener was awake. */

import type { ListenerRecord } from '../model/record.ts';

/** Of records that don't say what was too long, milliseconds. */
const STALL_MS = 500;

export interface Stall {
  readonly from: number;
  readonly to: number;
}

/** When its event loop stood still for so long that it may have missed what was sent to it. */
export function stallsOf(
  { lag, stallMs = STALL_MS }: Pick<ListenerRecord, 'lag' | 'stallMs'>,
  offsetMs = 0,
): readonly Stall[] {
  return lag
    .filter(([, ms]) => ms >= stallMs)
    .map(([at, ms]) => ({ from: at - ms + offsetMs, to: at + offsetMs }));
}

/** Did it stand still at some time of the window? */
export function stoodStill(stalls: readonly Stall[], window: Stall): boolean {
  return stalls.some(({ from, to }) => to >= window.from && from <= window.to);
}
