/** What a run tells while it runs; the CLI draws it, tests read it. */
import type { Phase } from './result.ts';

export type RunEvent =
  | { readonly kind: 'phase'; readonly phase: Phase }
  | { readonly kind: 'progress'; readonly phase: Phase; readonly done: number; readonly total: number }
  | { readonly kind: 'phase-done'; readonly phase: Phase; readonly ms: number }
  | { readonly kind: 'note'; readonly message: string };

export type Emit = (event: RunEvent) => void;
