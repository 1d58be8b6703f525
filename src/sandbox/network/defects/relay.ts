/** Helper program on the underlay: the slow piece of the nodes' links, which passes VXLAN frames on later. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { hear, sayReady } from '../helper-side.ts';
import { CONTROL_PLANE } from '../network.ts';
import { VXLAN_PORT, completeChecksum, receiverOf } from './vxlan.ts';

export interface Delay {
  readonly delayMs: number;
}

/** Resolves with the delay, which is told first. */
function hearDelay(): Promise<number> {
  return new Promise((resolve) => {
    hear<Delay>(({ delayMs }) => resolve(delayMs));
  });
}

const delayMs = await hearDelay();
const socket = createSocket('udp4', (frame) => {
  const receiver = receiverOf(frame);
  if (receiver === undefined) return;
  completeChecksum(frame);
  // Timers of one duration fire in the order they were set, so frames keep theirs.
  setTimeout(() => socket.send(frame, VXLAN_PORT, receiver, () => {}), delayMs);
});
socket.bind(VXLAN_PORT, CONTROL_PLANE.ip);
await once(socket, 'listening');
sayReady();
