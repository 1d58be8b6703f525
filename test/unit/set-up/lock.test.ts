import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>
  >;
}

/** As Node.js looks a package up: beside the one that asks, then further and further up. */
function isLocked(packages: Lock['packages'], from: string, name: string): boolean {
  const near = from === '' ? '' : `${from}/`;
  if (packages[`${near}node_modules/${name}`] !== undefined) return true;
  return (
    from !== '' && isLocked(packages, from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))), name)
  );
}

test('package-lock.json names the packages of every platform, or npm ci refuses it on all of them', () => {
  const text = readFileSync(new URL('../../../package-lock.json', import.meta.url), 'utf8');
  const { packages } = JSON.parse(text) as Lock;
  const missing = Object.entries(packages).flatMap(([from, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !isLocked(packages, from, name)),
  );
  expect(missing).toEqual([]);
  expect(text).not.toMatch(/"resolved": "(?!https:\/\/registry\.npmjs\.org\/)/);
});
