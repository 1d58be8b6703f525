/** What a report format is: a pure function from the result to text. Adding one is one file and one line here. */
import type { RunResult } from '../model/result.ts';

export interface RenderOptions {
  readonly wide: boolean;
  readonly color: boolean;
  /** False where the terminal's encoding is not UTF-8: the table's own symbols are ASCII then. */
  readonly unicode: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

export type Render = (result: RunResult, options: RenderOptions) => string;

/** Loaded when asked for, so that no run pays for the formats that it does not use. */
export const FORMATS = {
  table: async (): Promise<Render> => (await import('./table.ts')).render,
  wide: async (): Promise<Render> => (await import('./table.ts')).render,
  json: async (): Promise<Render> => (await import('./json.ts')).render,
  yaml: async (): Promise<Render> => (await import('./yaml.ts')).render,
  junit: async (): Promise<Render> => (await import('./junit.ts')).render,
  tap: async (): Promise<Render> => (await import('./tap.ts')).render,
  markdown: async (): Promise<Render> => (await import('./markdown.ts')).render,
} as const;

export type FormatName = keyof typeof FORMATS;

export const FORMAT_NAMES = Object.keys(FORMATS) as readonly FormatName[];
