/** The report formats; adding one is one file and one line here. */
import type { Render } from './render.ts';

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
