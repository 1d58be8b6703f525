// Compiles src/ and bundles it and the agent into dist/. Everything is made beside dist/ and then put in its place, so
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
const compiled = join(fresh, 'compiled');

const ESM = { bundle: true, platform: 'node', target: 'node20', format: 'esm', logLevel: 'warning' };

/** What is started, and what tests take from a build. */
const ENTRIES = [
  'src/cli/main',
  'src/sandbox/start',
  'src/sandbox/daemon',
  'src/sandbox/network/open',
  'src/sandbox/network/behaviour-words',
  'src/sandbox/network/node-fetch',
  'src/sandbox/network/dns/serve',
  'src/sandbox/network/outside/serve',
  'src/sandbox/network/defects/proxy',
  'src/sandbox/network/defects/relay',
  'test/bench/main',
  'test/mutation/main',
];

function compile() {
  const compiler = join(top, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', compiled], {
    cwd: top,
    stdio: 'inherit',
  });
}

/** What ajv makes of the schemas, so that commands need neither ajv nor its time (src/scenario/validators.ts). */
async function writeValidators() {
  const from = (name) => import(pathToFileURL(join(compiled, 'src/scenario', name)).href);
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
    outfile: join(compiled, 'src/scenario/validators.js'),
    ...ESM,
  });
}

/** Few files with the libraries in them: to load hundreds takes a fifth of a command's time to start. */
function bundle() {
  return build({
    entryPoints: ENTRIES.map((name) => join(compiled, `${name}.js`)),
    outbase: compiled,
    outdir: fresh,
    splitting: true,
    chunkNames: 'src/chunks/[name]-[hash]',
    sourcemap: true,
    sourcesContent: false,
    // The embedded API server looks its generated models up by their files' names.
    external: ['@kubernetes/client-node'],
    // For what CommonJS libraries require of Node.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    ...ESM,
  });
}

/** The agent starts on any stock Node image from 18 on, and travels inside pod specs: small, one file. */
function bundleAgent() {
  return build({
    entryPoints: [join(top, 'probes/main.ts')],
    outfile: join(fresh, 'probe.cjs'),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node18',
    format: 'cjs',
    logLevel: 'warning',
  });
}

try {
  compile();
  await writeValidators();
  await Promise.all([bundle(), bundleAgent()]);
  rmSync(compiled, { recursive: true });
  if (existsSync(dist)) renameSync(dist, join(fresh, 'old'));
  renameSync(fresh, dist);
  rmSync(join(dist, 'old'), { recursive: true, force: true });
} catch (error) {
  rmSync(fresh, { recursive: true, force: true });
  // The compiler and the bundler have said what is wrong.
  process.exitCode = 1;
  if (!(error instanceof Error && 'status' in error)) console.error(String(error));
}
