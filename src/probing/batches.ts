/** Which prober asks what; pure. */
import type { ProbeOrder } from '../../probes/wire.ts';
import type { Destination } from '../model/fleet.ts';
import type { Cell, Matrix } from '../model/matrix.ts';
import type { Observation } from '../model/record.ts';

/** One question of a batch and the expectation that stays behind with us. */
export interface Ask {
  readonly cell: Cell;
  readonly destination: Destination;
  /** Only if it is asked again. */
  readonly earlier?: Earlier;
}

/** What was seen before it was asked again; index and salt, as then, make up its nonces (wire.ts). */
export interface Earlier {
  readonly told: Observation;
  readonly index: number;
  readonly salt: string;
}

export interface Batch {
  readonly source: string;
  readonly asks: readonly Ask[];
  /** The prober asks the blackhole too, last of all. */
  readonly blackhole: boolean;
}

/**
 * An address that nobody has (TEST-NET-1, RFC 5737). If it accepts a connection, something on the way accepts
 * every connection, and a target's answer means nothing.
 */
export const BLACKHOLE: ProbeOrder = { protocol: 'tcp', host: '192.0.2.1', port: 9, echo: false };

/** One batch per source; each starts at another place, so that not all knock at the same door at once. */
export function batchesOf(
  matrix: Matrix,
  destinations: ReadonlyMap<string, readonly Destination[]>,
): readonly Batch[] {
  const bySource = new Map<string, Ask[]>(matrix.sources.map((source) => [source, []]));
  for (const cell of matrix.cells) {
    for (const destination of destinations.get(cell.endpoint.id) ?? []) {
      bySource.get(cell.source)?.push({ cell, destination });
    }
  }
  return [...bySource].map(([source, asks], index) => {
    const from = Math.floor((index * asks.length) / bySource.size);
    return batchOf(source, [...asks.slice(from), ...asks.slice(0, from)]);
  });
}

export function batchOf(source: string, asks: readonly Ask[]): Batch {
  const faceless = asks.some(
    ({ destination }) => destination.listener === undefined && destination.query === undefined,
  );
  return { source, asks, blackhole: faceless };
}

/** What the prober is told: the asks in their order, and the blackhole. */
export function ordersOf({ asks, blackhole }: Batch): readonly ProbeOrder[] {
  const orders = asks.map(({ destination }) => orderFor(destination));
  return blackhole ? [...orders, BLACKHOLE] : orders;
}

export function orderFor(destination: Destination): ProbeOrder {
  return {
    protocol: destination.port.protocol,
    host: destination.host,
    port: destination.port.port,
    echo: destination.listener !== undefined,
    ...(destination.path === undefined ? {} : { path: destination.path }),
    ...(destination.serverName === undefined ? {} : { serverName: destination.serverName }),
    ...(destination.query === undefined ? {} : { query: destination.query }),
  };
}
