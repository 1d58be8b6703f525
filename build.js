// Compiles src/ to dist/ and bundles the agent. Everything is made beside dist/ and then put in its place, so
// that what runs from dist/ meanwhile never sees half of a build.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import standaloneModule from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';

const top = fileURLToPath(new URL('.', import.meta.url));
const dist = join(top, 'dist');
const { default: standaloneCode } = standaloneModule;
const fresh = mkdtempSync(join(top, 'dist.'));
// mkdtemp keeps everybody else out.
chmodSync(fresh, 0o755);

const ONE_MODULE = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  logLevel: 'warning',
};

/** What ajv makes of the schemas, so that commands need neither ajv nor its time (src/scenario/validators.ts). */
async function writeValidators() {
  const from = (name) => import(pathToFileURL(join(fresh, 'src/scenario', name)).href);
  const [{ newAjv }, { scenarioSchema }, { policySchema }] = await Promise.all(
    ['ajv.js', 'schema.js', 'policy-schema.js'].map(from),
  );
  const ajv = newAjv({ source: true, esm: true });
  ajv.addSchema(scenarioSchema, 'scenario').addSchema(policySchema, 'policy');
  const code = standaloneCode(ajv, { ofScenario: 'scenario', ofPolicy: 'policy' });
  const getters =
    'export const scenarioValidator = () => ofScenario; export const policyValidator = () => ofPolicy;';
  await build({
    stdin: { contents: `${code}\n${getters}`, resolveDir: top },
    outfile: join(fresh, 'src/scenario/validators.js'),
    ...ONE_MODULE,
  });
}

/** Puts a file and the libraries that it imports in its place: loading theirs one by one takes twice as long. */
async function inOneFile(name) {
  const file = join(fresh, name);
  await build({
    entryPoints: [file],
    outfile: file,
    allowOverwrite: true,
    // For what the libraries require of Node.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    ...ONE_MODULE,
  });
}

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
  await writeValidators();
  await Promise.all(['src/fleet/certificate.js', 'src/sandbox/certificate.js'].map(inOneFile));
  if (existsSync(dist)) renameSync(dist, join(fresh, 'old'));
  renameSync(fresh, dist);
  rmSync(join(dist, 'old'), { recursive: true, force: true });
} catch (error) {
  rmSync(fresh, { recursive: true, force: true });
  // The compiler and the bundler have said what is wrong.
  process.exitCode = 1;
  if (!(error instanceof Error && 'status' in error)) console.error(String(error));
}
