/**
 * The contract between netproof and the agent inside its pods: what is ordered (one JSON document in the
 * pod's environment) and what is reported (JSON lines on the container's log).
 *
 * Every line carries `seq`, counted from 0 without gaps, so that a lost line is seen; a prober's last line
 * is `end`. Times are milliseconds since the Unix epoch on the pod's own clock; durations are milliseconds.
 *
 * No expectation ever crosses this border: a prober that knew the wanted answer could retry towards it.
 */

/** Environment variable with the order as JSON; a long order is split over `…_0`, `…_1`, … (see `ORDER_CHUNK`). */
export const ORDER_ENV = 'NETPROOF_ORDER';
/** Linux refuses a single environment string over 128 KiB (MAX_ARG_STRLEN), so orders are split below it. */
export const ORDER_CHUNK = 100_000;

/** A long order is compressed (raw deflate, base64) behind this prefix: a pod's spec travels with its every event. */
export const ORDER_DEFLATED = 'deflate:';

export type Protocol = 'tcp' | 'udp' | 'http' | 'https' | 'dns';

/** What one attempt came to, as the prober saw it. */
export type Outcome =
  /**
   * TCP: handshake done; UDP: a reply; DNS: any answer, NXDOMAIN included; HTTP(S): a response, or none after the
   * handshake (then `status` is absent): a connection that was made is never told as silence.
   */
  | 'connected'
  /** RST, or ICMP port unreachable. */
  | 'refused'
  /** Any other ICMP unreachable (host, network, administratively prohibited). */
  | 'unreachable'
  | 'timed-out'
  /** The name to connect to did not resolve; nothing was sent to the destination. */
  | 'dns-failed'
  /** TCP connected, the TLS handshake failed. */
  | 'tls-failed'
  /** A fault at the source, `starved` included: says nothing about the network. */
  | 'errored';

export interface Schedule {
  /** Deadline that all attempts of a round share, from the probe's first attempt of that round. */
  readonly timeoutMs: number;
  /** Attempts of one round, each from a fresh source port; a later one starts only while none has an answer. */
  readonly attempts: number;
  /** Equal consecutive rounds that make a picture stable; the first so many overlap. */
  readonly stableRounds: number;
  /** Rounds go on for at least this long after the kubelet has first come to the pod, however stable. */
  readonly minSettleMs: number;
  /** Rounds stop after this long, stable or not. */
  readonly budgetMs: number;
  /** Rounds start at least this far apart, so that "stable" spans time. */
  readonly roundGapMs: number;
  /** Sockets open at once, at most. */
  readonly concurrency: number;
  /** Attempts started per second, at most. */
  readonly ratePerSecond: number;
}

/** One question: can this pod reach `host:port`? Identified by its index in the order. */
export interface ProbeOrder {
  readonly protocol: Protocol;
  /** Address or name to connect to. For `dns`: the resolver's address, or `''` for the pod's own resolver. */
  readonly host: string;
  readonly port: number;
  /** True if one of our listeners is there: send the nonce and expect it echoed. */
  readonly echo: boolean;
  /**
   * TCP with `echo`: keep one connection over all rounds, each saying a nonce of its own on it. Once it is gone, every
   * round tells so (`refused`); while nothing comes back, `timed-out`.
   */
  readonly hold?: boolean;
  /** HTTP(S): request path, `/` if absent. */
  readonly path?: string;
  /** HTTPS: name for SNI and certificate check, `host` if absent. */
  readonly serverName?: string;
  /** DNS: the name to ask for. */
  readonly query?: string;
}

interface CommonOrder {
  /** The pod's name: what a listener signs its echoes with. */
  readonly id: string;
  /** TCP port on which both roles answer the kubelet's HTTP liveness probe: a control of the pod's own link. */
  readonly controlPort: number;
  /** Time between two `beat` lines. */
  readonly beatMs: number;
  /** The agent ends itself after this long. */
  readonly lifeMs: number;
}

export interface ListenerOrder extends CommonOrder {
  readonly role: 'listener';
  readonly serve: readonly { readonly protocol: Protocol; readonly port: number }[];
  /** How late its event loop may be without having missed anything, milliseconds. */
  readonly stallMs: number;
  /** PEM; present when `serve` has https. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export interface ProberOrder extends CommonOrder {
  readonly role: 'prober';
  /** Random per prober; a nonce is `salt.probe.round.attempt`. */
  readonly salt: string;
  readonly probes: readonly ProbeOrder[];
  readonly schedule: Schedule;
  /**
   * A resident prober repeats its rounds every `roundGapMs` and reports every one of them as `result` lines
   * until it is deleted or its life ends: the controls. Otherwise it reports each probe once and ends.
   */
  readonly resident: boolean;
}

export type Order = ListenerOrder | ProberOrder;

export interface Attempt {
  readonly outcome: Outcome;
  /** Start; for a name that resolved, of dialling its address. */
  readonly at: number;
  /** Until the connection was complete, or else until the answer or the deadline. */
  readonly ms: number;
  readonly round: number;
  /** Attempt within its round, from 0. */
  readonly n: number;
  readonly localPort?: number;
  /** Address connected to, when it came from a name. */
  readonly remote?: string;
  /** For `echo` probes that connected: was our nonce echoed? */
  readonly echoed?: boolean;
  /** For `echo` probes: the id that signed the echo. */
  readonly by?: string;
  /** HTTP(S) status. */
  readonly status?: number;
  /** HTTPS: the peer's certificate. */
  readonly certificate?: Certificate;
  /** DNS: addresses answered, or the response code. */
  readonly answer?: string;
  /** The operating system's or library's own code, e.g. ECONNREFUSED; `starved` when the agent was not awake. */
  readonly error?: string;
}

export interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  /** ISO 8601. */
  readonly validTo: string;
  readonly fingerprint256: string;
  /** Why the certificate is not to be trusted, absent if it is. */
  readonly untrusted?: string;
}

/** The picture's change for one probe: from `round` on the outcome was this one. */
export interface Transition {
  readonly round: number;
  readonly at: number;
  readonly outcome: Outcome;
}

/** A nonce that a listener read from a socket. */
export interface Sighting {
  readonly nonce: string;
  readonly protocol: Protocol;
  readonly port: number;
  /** Source address and port as the listener saw them. */
  readonly from: string;
  readonly at: number;
}

interface LineBase {
  readonly seq: number;
  readonly at: number;
}

/** First line of a listener, once every socket is bound. */
export interface ListeningLine extends LineBase {
  readonly kind: 'listening';
  readonly ports: readonly { readonly protocol: Protocol; readonly port: number }[];
}
/** Instead of `listening`: a socket could not be bound; the agent exits with 1. */
export interface ListenFailedLine extends LineBase {
  readonly kind: 'listen-failed';
  readonly protocol: Protocol;
  readonly port: number;
  readonly error: string;
}
export interface SeenLine extends LineBase {
  readonly kind: 'seen';
  /** `[nonce, protocol/port, from, at]`, short because a mesh has many. */
  readonly nonces: readonly (readonly [string, string, string, number])[];
}
/** Sign of life of either role. */
export interface BeatLine extends LineBase {
  readonly kind: 'beat';
  /** When the agent's event loop ran again since the last beat after a delay worth noting, and how long that was. */
  readonly stalls?: readonly (readonly [number, number])[];
  /** When the kubelet last fetched the control port, absent if never. */
  readonly kubeletAt?: number;
  /**
   * Listener: `protocol/port` of each socket shown to answer since the last beat, by a nonce from elsewhere
   * or by a dial to the pod's own address.
   */
  readonly alive?: readonly string[];
}
/** First line of a prober. */
export interface StartedLine extends LineBase {
  readonly kind: 'started';
  readonly probes: number;
}
export interface ProgressLine extends LineBase {
  readonly kind: 'progress';
  readonly round: number;
  /** Probes whose answer of this round is in. */
  readonly settled: number;
}
export interface ResultLine extends LineBase {
  readonly kind: 'result';
  /** Index in the order. */
  readonly probe: number;
  readonly outcome: Outcome;
  /** True if the last `stableRounds` rounds agreed. */
  readonly stable: boolean;
  /**
   * The attempts of the last `stableRounds` rounds (of one round for a resident prober), those that were starved
   * and then repeated included; not those that were given up unanswered because another one had an answer.
   */
  readonly attempts: readonly Attempt[];
  /**
   * Changes over all rounds that counted, the first one's outcome first (of many, the first and the latest 39); empty
   * if it never changed.
   */
  readonly history: readonly Transition[];
}
/** Last line of a prober. */
export interface EndLine extends LineBase {
  readonly kind: 'end';
  readonly results: number;
  readonly rounds: number;
  /** When the first round began, and when the picture last changed. */
  readonly startedAt: number;
  readonly settledAt: number;
  readonly reason: 'stable' | 'budget' | 'life';
  /** CPU time the agent used, and its peak resident memory in bytes. */
  readonly cpuMs: number;
  readonly maxRss: number;
  /** Times that the schedule slowed down: agent starved or out of sockets, slow network (that round doesn't count). */
  readonly slowed: { readonly starved: number; readonly slowNetwork: number };
}

export type Line =
  ListeningLine | ListenFailedLine | SeenLine | BeatLine | StartedLine | ProgressLine | ResultLine | EndLine;
