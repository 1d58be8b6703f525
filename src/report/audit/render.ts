/** What an audit's report format is: a pure function from the result to text. */
import type { AuditResult } from '../../model/audit.ts';
import type { RenderOptions } from '../render.ts';

export type RenderAudit = (result: AuditResult, options: RenderOptions) => string | Iterable<string>;
