/** Our own version, for the user agent that the cluster's audit log shows. */
import { existsSync, readFileSync } from 'node:fs';

/** From the nearest package.json above this file, which lies deeper in a build than in the sources. */
export function packageVersion(): string {
  for (const above of ['../../package.json', '../../../package.json']) {
    const file = new URL(above, import.meta.url);
    if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  }
  throw new Error('package.json is missing');
}
