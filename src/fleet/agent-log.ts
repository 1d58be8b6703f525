/** Reads an agent's log line by line and knows when something is missing. */
import type { Line } from '../../probes/wire.ts';
import type { Cluster } from '../cluster/cluster.ts';

export interface AgentLog {
  /** Broken if a sequence number was skipped: nothing after it can be trusted to be all there is. */
  readonly fault: string | undefined;
  /**
   * Pod's clock to ours, in milliseconds: the smallest difference seen between a line's time and its arrival.
   * Too large by the fastest line's way through the API, which is small beside a window.
   */
  readonly offsetMs: number;
}

export interface AgentLogReader extends AgentLog {
  /** Resolves when the container ended and all was read, or the signal aborted. */
  readonly done: Promise<void>;
}

/**
 * Follows the log of a pod and hands on every line once, in order, however often the stream restarts.
 * Lines that are no JSON object (a runtime's warning, say) are not the agent's and are passed over.
 */
export function readAgentLog(
  cluster: Cluster,
  pod: { readonly namespace: string; readonly name: string },
  onLine: (line: Line, receivedAt: number) => void,
  now: () => number,
  signal: AbortSignal,
): AgentLogReader {
  let next = 0;
  let fault: string | undefined;
  let offsetMs = Infinity;
  const take = (text: string): void => {
    const line = parse(text);
    if (!line || line.seq < next || fault !== undefined) return;
    if (line.seq > next) {
      fault = `log lines ${next} to ${line.seq - 1} are missing`;
      return;
    }
    next += 1;
    const receivedAt = now();
    offsetMs = Math.min(offsetMs, receivedAt - line.at);
    onLine(line, receivedAt);
  };
  const done = cluster.followLog(pod.namespace, pod.name, take, { signal });
  return {
    done,
    get fault() {
      return fault;
    },
    get offsetMs() {
      return Number.isFinite(offsetMs) ? offsetMs : 0;
    },
  };
}

function parse(text: string): Line | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(text) as Line;
    return Number.isInteger(value.seq) && typeof value.kind === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
