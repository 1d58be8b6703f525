/** Reads the order from the environment. */
import { inflateRawSync } from 'node:zlib';
import { ORDER_DEFLATED, ORDER_ENV, type Order } from './wire.ts';

/** The order in `env`, joined if it was split. Throws an Error that says what is wrong with it. */
export function readOrder(env: Readonly<Record<string, string | undefined>>): Order {
  const text = env[ORDER_ENV] ?? joined(env);
  if (text === '') throw new Error(`no order: ${ORDER_ENV} is not set`);
  const order: unknown = JSON.parse(inflated(text));
  if (!isOrder(order)) throw new Error('the order is neither a listener nor a prober');
  return order;
}

function inflated(text: string): string {
  if (!text.startsWith(ORDER_DEFLATED)) return text;
  return inflateRawSync(Buffer.from(text.slice(ORDER_DEFLATED.length), 'base64')).toString();
}

function joined(env: Readonly<Record<string, string | undefined>>): string {
  let text = '';
  for (let i = 0; ; i++) {
    const chunk = env[`${ORDER_ENV}_${i}`];
    if (chunk === undefined) return text;
    text += chunk;
  }
}

/** Looks at the shape only as far as to know the role: both ends are of one version, bundled together. */
function isOrder(value: unknown): value is Order {
  if (typeof value !== 'object' || value === null || !('role' in value)) return false;
  if (value.role === 'listener') return 'serve' in value && Array.isArray(value.serve);
  return value.role === 'prober' && 'probes' in value && Array.isArray(value.probes) && 'schedule' in value;
}
