/** The version that the sandbox says it has: that of the API types it is built from. */
import { arch, platform } from 'node:process';

export const KUBERNETES = { major: '1', minor: '34', version: 'v1.34.0' } as const;
/** Marks every place where a version is shown: this is no real Kubernetes. */
export const VERSION = `${KUBERNETES.version}+netproof-sandbox`;

export const versionInfo = (): object => ({
  major: KUBERNETES.major,
  minor: KUBERNETES.minor,
  gitVersion: VERSION,
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: `node ${process.version}`,
  platform: `${platform}/${arch === 'x64' ? 'amd64' : arch}`,
});
