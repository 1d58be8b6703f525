/** What the whole machine did meanwhile. */
import { readFileSync } from 'node:fs';

/** Busy CPU time of all cores since boot, milliseconds (proc(5), /proc/stat, in hundredths of a second). */
export function busyCpuMs(): number {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = (
    readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? ''
  )
    .split(/\s+/)
    .map(Number);
  return (user + nice + system + irq + softirq) * 10;
}
