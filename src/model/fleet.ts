/** The launched pods of a run, and what it found in the cluster before launching them. */
import type { PortSpec } from './scenario.ts';

/** What a pod is launched as. */
export interface Identity {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount?: string;
  /** Named container ports to declare, which policies with named ports look up on the destination. */
  readonly ports?: readonly {
    readonly name: string;
    readonly protocol: 'TCP' | 'UDP';
    readonly port: number;
  }[];
  /** The namespace assigns the user that pods run as (OpenShift). */
  readonly assignedUser?: boolean;
  /** A controller there would adopt such pods, were the owner reference not also a controller's. */
  readonly guarded?: boolean;
}

/** One launched pod, once it runs. */
export interface FleetPod {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly role: 'listener' | 'prober';
  /** Workload whose identity it carries. */
  readonly workload: string;
  readonly node: string;
  readonly ip: string;
  /** As the API server has them, with what admission added. */
  readonly labels: Readonly<Record<string, string>>;
  /** Absent: it declares none. */
  readonly ports?: NonNullable<Identity['ports']>;
  /** Milliseconds from the create request to the container running. */
  readonly startMs: number;
}

/** One address behind an endpoint. */
export interface Destination {
  /** Endpoint id. */
  readonly endpoint: string;
  /** Address or name to connect to. */
  readonly host: string;
  readonly port: PortSpec;
  /** Name of our listener there; absent for a target, whose answers we can't sign. */
  readonly listener?: string;
  /** HTTP(S) request path. */
  readonly path?: string;
  /** HTTPS server name, if it is not the host. */
  readonly serverName?: string;
  /** DNS: the name to ask for. */
  readonly query?: string;
  /** UID of an existing pod behind it, to see whether the address changed hands. */
  readonly uid?: string;
}
