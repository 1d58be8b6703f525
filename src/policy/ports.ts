/** Whether a rule's ports hold the one that a connection is made to. */
import type { End } from './ends.ts';
import { NO, YES, or, sure, unsure } from './match.ts';
import type { Match } from './match.ts';
import { hostDoubt } from './peers.ts';
import type { Doubting } from './peers.ts';
import type { PortRange } from './rules.ts';
import type { PolicyPod, TransportProtocol } from './world.ts';

export interface Wanted {
  readonly protocol: TransportProtocol;
  readonly port: number;
}

/** @param to the connection's destination: a name means that pod's own port, and what is no pod has none */
export function matchPorts(
  ports: readonly PortRange[] | 'all',
  wanted: Wanted,
  to: End,
  doubting: Doubting,
): Match {
  if (ports === 'all') return YES;
  let match: Match = NO;
  for (const range of ports) match = or(match, matchPort(range, wanted, to, doubting));
  return match;
}

export function matchPort(range: PortRange, wanted: Wanted, to: End, doubting: Doubting): Match {
  // Behind a Service's address is another port.
  if (to.kind === 'outside' && to.service !== undefined) return unsure(sure(isNumbered(range, wanted)));
  if (range.kind === 'numbers') return sure(isNumbered(range, wanted));
  switch (to.kind) {
    case 'pod':
      return sure(calls(to.pod, range, wanted));
    case 'node':
      if (to.hosted === undefined || !calls(to.hosted.pod, range, wanted)) return NO;
      doubting(hostDoubt(to.hosted.pod));
      return unsure(NO);
    case 'outside':
      return NO;
  }
}

export function isNumbered(range: PortRange, { protocol, port }: Wanted): boolean {
  if (range.kind === 'named') return false;
  return range.protocol === protocol && range.first <= port && port <= range.last;
}

function calls(
  pod: PolicyPod,
  { name, protocol }: PortRange & { readonly kind: 'named' },
  wanted: Wanted,
): boolean {
  if (protocol !== undefined && protocol !== wanted.protocol) return false;
  return pod.ports.some(
    (port) => port.name === name && port.protocol === wanted.protocol && port.containerPort === wanted.port,
  );
}
