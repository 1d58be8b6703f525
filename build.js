// Compiles src/ to dist/ and bundles the agent. Everything is made beside dist/ and then put in its place, so
// that what runs from dist/ meanwhile never sees half of a build.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const top = fileURLToPath(new URL('.', import.meta.url));
const dist = join(top, 'dist');
const fresh = mkdtempSync(join(top, 'dist.'));
// mkdtemp keeps everybody else out.
chmodSync(fresh, 0o755);
try {
  execFileSync(
    process.execPath,
    [join(top, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', fresh],
    { cwd: top, stdio: 'inherit' },
  );
  // The agent starts on any stock Node image from 18 on, and travels inside pod specs: small, one file.
  await build({
    entryPoints: [join(top, 'probes/main.ts')],
    outfile: join(fresh, 'probe.cjs'),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node18',
    format: 'cjs',
    logLevel: 'warning',
  });
  if (existsSync(dist)) renameSync(dist, join(fresh, 'old'));
  renameSync(fresh, dist);
  rmSync(join(dist, 'old'), { recursive: true, force: true });
} catch (error) {
  rmSync(fresh, { recursive: true, force: true });
  // The compiler and the bundler have said what is wrong.
  process.exitCode = 1;
  if (!(error instanceof Error && 'status' in error)) console.error(String(error));
}
