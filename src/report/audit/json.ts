import { jsonParts } from '../data.ts';
import type { RenderAudit } from './render.ts';

export const render: RenderAudit = (result) => jsonParts(result);
