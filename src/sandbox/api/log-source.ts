/** Where the API server finds containers' logs: the kubelets keep them. */

/** One run of one container. Lines are `<time> <stream> F <text>\n`, with a head of fixed length. */
export interface ContainerLog {
  /** Bytes written so far; whole lines. */
  readonly size: number;
  /** True when nothing will follow. */
  readonly ended: boolean;
  /** Reads at most `length` bytes from a position; fewer at the end. */
  read(position: number, length: number): Buffer;
  /** Calls back after every growth and at the end, until the returned function is called. */
  subscribe(listener: () => void): () => void;
}

export interface LogSource {
  /** The container's newest log, or the one before it; undefined if there is none. */
  log(podUid: string, container: string, previous: boolean): ContainerLog | undefined;
}

/** `2026-01-02T03:04:05.678901234Z` */
export const LOG_TIME = 30;
/** The head: time, stream (`stdout` and `stderr` are equally long), tag, and a space after each. */
export const LOG_HEAD = LOG_TIME + ' stdout F '.length;
