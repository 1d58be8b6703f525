/** What a run tells while it runs; the CLI draws it, tests read it. */
import type { Phase } from './result.ts';

export type RunEvent =
  /** Before anything is created: what `netproof cleanup --run-id` would have to be told. */
  | { readonly kind: 'started'; readonly runId: string }
  | { readonly kind: 'phase'; readonly phase: Phase }
  | { readonly kind: 'progress'; readonly phase: Phase; readonly done: number; readonly total: number }
  | { readonly kind: 'phase-done'; readonly phase: Phase; readonly ms: number }
  | { readonly kind: 'note'; readonly message: string };

export type Emit = (event: RunEvent) => void;
