/** What this package holds beside the module that asks: a build puts many modules into one file, wherever it likes. */
import { existsSync, readFileSync } from 'node:fs';

/** The URL of a file by its path from the package's top. */
export function packageFile(path: string): URL {
  return new URL(path, top());
}

/** A program of the build, by its path under src/ and without its ending. */
export function builtProgram(name: string): URL {
  return packageFile(`dist/src/${name}.js`);
}

/** For the user agent that a cluster's audit log shows. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }).version;
}

function top(): URL {
  let folder = new URL('.', import.meta.url);
  while (!existsSync(new URL('package.json', folder))) {
    const above = new URL('..', folder);
    if (above.href === folder.href) throw new Error('package.json is missing');
    folder = above;
  }
  return folder;
}
