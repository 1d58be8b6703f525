/** What a kubelet is given to work with. */
import type { Store } from '../api/store.ts';
import type { Recorder } from '../control/recorder.ts';
import type { Network } from '../network/network.ts';

export interface KubeletContext {
  readonly store: Store;
  readonly network: Network;
  readonly record: Recorder;
  readonly now: () => number;
  /** A folder of the daemon's own, for logs and pods' files. */
  readonly folder: string;
  readonly dnsServer: string;
  readonly onFault: (message: string) => void;
}
