/** Whether a listener was awake. */

/** A listener's event loop that stood still for so long may have missed what was sent to it, milliseconds. */
const STALL_MS = 500;

export interface Stall {
  readonly from: number;
  readonly to: number;
}

/** @param lag as in `ListenerRecord`: when its event loop ran again, and how late */
export function stallsOf(lag: readonly (readonly [number, number])[], offsetMs = 0): readonly Stall[] {
  return lag
    .filter(([, ms]) => ms >= STALL_MS)
    .map(([at, ms]) => ({ from: at - ms + offsetMs, to: at + offsetMs }));
}

/** Did it stand still at some time of the window? */
export function stoodStill(stalls: readonly Stall[], window: Stall): boolean {
  return stalls.some(({ from, to }) => to >= window.from && from <= window.to);
}
