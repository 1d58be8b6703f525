/** The formats of an audit; adding one is one file and one line here. */
import type { RenderAudit } from './render.ts';

/** Loaded when asked for. */
export const AUDIT_FORMATS = {
  table: async (): Promise<RenderAudit> => (await import('./table.ts')).render,
  json: async (): Promise<RenderAudit> => (await import('./json.ts')).render,
  sarif: async (): Promise<RenderAudit> => (await import('./sarif.ts')).render,
  junit: async (): Promise<RenderAudit> => (await import('./junit.ts')).render,
  markdown: async (): Promise<RenderAudit> => (await import('./markdown.ts')).render,
  html: async (): Promise<RenderAudit> => (await import('./html.ts')).render,
  oscal: async (): Promise<RenderAudit> => (await import('./oscal.ts')).render,
} as const;

export type AuditFormat = keyof typeof AUDIT_FORMATS;

export const AUDIT_FORMAT_NAMES = Object.keys(AUDIT_FORMATS) as readonly AuditFormat[];
