/** How many sockets the kernel lets this process open. */
import { readFileSync } from 'node:fs';

/** For the runtime's own files, the log and the control port. */
const RESERVED = 64;

/** `wanted`, or what the limit on open files leaves if that is less. */
export function socketsAllowed(wanted: number): number {
  return Math.max(1, Math.min(wanted, openFiles() - RESERVED));
}

function openFiles(): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? Infinity : Number(soft);
  } catch {
    return Infinity; // No /proc: then the limit shows as EMFILE, which slows the agent down.
  }
}
