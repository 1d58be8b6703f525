/** What every controller works with. */
import type { Rest } from '../api/rest.ts';
import type { Store } from '../api/store.ts';
import type { Recorder } from './recorder.ts';

export interface ControlContext {
  readonly rest: Rest;
  readonly store: Store;
  readonly now: () => number;
  readonly record: Recorder;
}
