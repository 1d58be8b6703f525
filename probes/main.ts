/** The program inside a probe pod: one order, one role, lines on its log. */
import { setFlagsFromString } from 'node:v8';
import { Listener } from './listener.ts';
import { readOrder } from './order.ts';
import { codeOf } from './outcomes.ts';
import { Prober } from './prober.ts';
import { Report } from './report.ts';
import { now } from './vitals.ts';
import type { Order } from './wire.ts';

/** Resolves when the pod is deleted or the agent's life is over. As PID 1 it gets no signal that it doesn't ask for. */
const stopOf = (order: Order): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    setTimeout(resolve, order.lifeMs);
  });

async function play(order: Order, report: Report): Promise<number> {
  const stopped = stopOf(order);
  if (order.role === 'listener') return (await new Listener(order, report).run(stopped)) ? 0 : 1;
  await new Prober(order, report).run(stopped);
  return 0;
}

/** One short line: Node's own report would quote the whole program, which is a single line. */
function fail(error: unknown): void {
  const what = error instanceof Error ? `${error.message} (${codeOf(error)})` : String(error);
  process.stderr.write(`netproof agent: ${what.slice(0, 500)}\n`, () => process.exit(1));
}

async function main(): Promise<void> {
  const report = new Report(process.stdout, now);
  const code = await play(readOrder(process.env), report);
  await report.drained();
  process.exit(code);
}

// An agent lives for seconds: optimising its code takes V8 a fifth of a prober's CPU and saves nothing in that time.
setFlagsFromString('--no-opt');
process.on('uncaughtException', fail);
process.stdout.on('error', () => process.exit(1)); // Nobody reads any more.
// The system's resolver blocks one thread per lookup; the default of 4 lets a few dead names stop all others.
process.env['UV_THREADPOOL_SIZE'] ??= '16';
main().catch(fail);
