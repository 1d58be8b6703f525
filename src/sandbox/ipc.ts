/**
 * What the sandbox's parent (`start.ts`) and its daemon (`daemon.ts`) say to each other over Node's IPC channel.
 *
 * The parent sends `start` once, with the API's listening socket (a `net.Server`) as the message's handle, and
 * gets one `ready` or one `failed`. The daemon exits when the channel disconnects, which may
 * have happened before it listens for that: so it looks at `process.connected` too, once it listens.
 */

export interface SandboxOptions {
  /** Names of the nodes, at least one. */
  readonly nodes: readonly string[];
  /** Behaviour of the network, as `parseBehaviour` reads it: `healthy`, `none`, `slow=500+reject`, … */
  readonly cni: string;
}

export type ToDaemon =
  | {
      readonly type: 'start';
      readonly options: SandboxOptions;
      /** Bearer token that the API demands. */
      readonly token: string;
    }
  /** Changes the behaviour of the running sandbox; the daemon answers with its own `cni`. */
  | { readonly type: 'cni'; readonly cni: string }
  /** Restarts a node's policy agent; the daemon answers with `agent-restarted`. */
  | { readonly type: 'restart-agent'; readonly node: string };

export type FromDaemon =
  /** The API answers, nodes are up, system pods run; `ca` is the PEM certificate that the API shows. */
  | { readonly type: 'ready'; readonly ca: string }
  /** The daemon could not start; it exits after this. */
  | { readonly type: 'failed'; readonly message: string }
  /** The behaviour asked for is in the kernel, or could not be put there. */
  | { readonly type: 'cni'; readonly cni: string; readonly error?: string }
  | { readonly type: 'agent-restarted'; readonly node: string; readonly error?: string };
