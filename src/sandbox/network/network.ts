/** What the embedded cluster's API and kubelets ask of its network. */
import type { V1NetworkPolicy } from '../../cluster/types.ts';
import type { CniBehaviour } from './behaviour.ts';

export interface NodeNetwork {
  readonly name: string;
  /** Address on the underlay. */
  readonly ip: string;
  readonly podCIDR: string;
}

/** The daemon's own network namespace is the underlay's router; the API also listens there. */
export const CONTROL_PLANE = { ip: '172.30.0.1', port: 6443 } as const;
export const SERVICE_CIDR = '10.96.0.0/16';
export const DNS_SERVICE_IP = '10.96.0.10';

export interface NetworkOptions {
  /** Names of the nodes, at least one. */
  readonly nodes: readonly string[];
  readonly behaviour: CniBehaviour;
  /** Told when a helper process died and was started anew, and of failed programming. */
  readonly onFault: (message: string) => void;
}

/**
 * Brings the network up: `openNetwork` in open.ts is the one implementation. The caller is alone in fresh
 * network, mount and PID namespaces with a private tmpfs on /run, as start.ts makes them.
 */
export type OpenNetwork = (options: NetworkOptions) => Promise<Network>;

/** A pod's place on the network, ready before its process starts. */
export interface Attachment {
  readonly ip: string;
  /** Path of the pod's network namespace, for `nsenter --net=`. */
  readonly netns: string;
}

/** Snapshot of the objects that decide forwarding; the whole of it each time, so that programming is a pure function. */
export interface ForwardingState {
  readonly namespaces: readonly {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
  }[];
  readonly pods: readonly ForwardingPod[];
  readonly policies: readonly V1NetworkPolicy[];
  readonly services: readonly ForwardingService[];
}

export interface ForwardingPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly node: string;
  readonly ip: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Declared container ports with names, for named policy ports. */
  readonly ports: readonly { readonly name?: string; readonly protocol: string; readonly port: number }[];
}

export interface ForwardingService {
  readonly namespace: string;
  readonly name: string;
  readonly clusterIP: string;
  readonly ports: readonly {
    readonly protocol: string;
    readonly port: number;
    /** Ready endpoints. */
    readonly backends: readonly { readonly ip: string; readonly port: number }[];
  }[];
}

export interface Network {
  readonly nodes: readonly NodeNetwork[];
  /**
   * The cluster DNS server, which runs with the network in a pod namespace of its own. Its pod and its Service
   * (10.96.0.10) are objects of the API, so they reach `program` like all others.
   */
  readonly dns: { readonly node: string; readonly ip: string };
  attach(uid: string, node: string): Promise<Attachment>;
  detach(uid: string): Promise<void>;
  /**
   * Takes the newest state; calls may come in bursts and are coalesced. Resolves when that state (or a newer
   * one) is in the kernel for good. `slow` and `fail-open` delay the kernel, not the promise's contract.
   */
  program(state: ForwardingState): Promise<void>;
  /** Resolves when what `program` has been told is in the kernel, as far as the behaviour lets it. */
  caughtUp(): Promise<void>;
  /** HTTP GET from the node's own namespace, as its kubelet would; resolves with the status, rejects on failure. */
  getFromNode(node: string, url: string, timeoutMs: number): Promise<number>;
  /** Records that cluster DNS answers: fully qualified name without trailing dot → IPv4 addresses. */
  setNames(names: ReadonlyMap<string, readonly string[]>): void;
  /** Changes how policies are enforced from now on; resolves when the kernel follows. */
  behave(behaviour: CniBehaviour): Promise<void>;
  /** Restarts the node's policy agent; resolves when the kernel follows, rejects if there is no such node. */
  restartAgent(node: string): Promise<void>;
  close(): Promise<void>;
}
