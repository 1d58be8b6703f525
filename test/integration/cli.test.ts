import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { netproof, start } from '../support/netproof.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netproof-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileWith(content: string | Uint8Array): Promise<string> {
  const file = join(folder, 'scenario.yaml');
  await writeFile(file, content);
  return file;
}

const THREE_TIER = 'scenarios/three-tier/scenario.yaml';

const THREE_MISTAKES = `apiVersion: netproof/v1
kind: Scenario
metadata: { name: bad }
namespaces:
  shop: { create: true }
workloads:
  web: { namespace: shpo, listen: [tcp/8080] }
  api: { namespace: shop, listn: [tcp/80] }
expect:
  default: deny
  rules:
    - web -> apii: tcp/8080
`;

describe('bad input ends with exit code 2, one line per mistake, and nothing on stdout', () => {
  test.each(['validate', 'run'])('%s: several mistakes at once', async (command) => {
    const file = await fileWith(THREE_MISTAKES);
    expect(await netproof([command, file])).toEqual({
      code: 2,
      stdout: '',
      stderr: [
        `${file}:7:21: unknown namespace "shpo" (hint: did you mean "shop"?)\n`,
        `${file}:8:27: unknown field "listn" in workload (hint: did you mean "listen"?)\n`,
        `${file}:12:14: unknown name "apii" (hint: did you mean "api"?)\n`,
      ].join(''),
    });
  });

  test.each([
    ['a NUL byte', 'a: b\0', /:1:5: the file has a NUL byte/],
    ['other encodings', new Uint8Array([0x61, 0xff, 0xfe]), /:1:2: .*UTF-8/],
    ['ten megabytes', 'x'.repeat(10_000_000), /^.*scenario\.yaml.*: .*(large|big|longer)/],
    ['an escape sequence', 'kind: "\\e[2J"', /^[\x20-\x7e\n]*$/],
  ])('%s', async (_, content, message) => {
    const { code, stdout, stderr } = await netproof(['validate', await fileWith(content)]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test('a scenario that is not there', async () => {
    expect(await netproof(['run', '/nowhere/s.yaml'])).toEqual({
      code: 2,
      stdout: '',
      stderr: "netproof: can't read /nowhere/s.yaml: there is no such file\n",
    });
  });

  test('no cluster: the sandbox is offered, never chosen', async () => {
    expect(await netproof(['run', THREE_TIER])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'netproof: no kubeconfig found: nothing at ~/.kube/config (hint: name one with --kubeconfig FILE, or use the embedded cluster with --sandbox)\n',
    });
  });

  test('no command: the help, on stderr', async () => {
    const { code, stdout, stderr } = await netproof([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('netproof run <scenario>');
  });
});

describe('without a cluster', () => {
  /** Loading the library takes most of a second, which nobody should wait for who asks for help. */
  const FORBID_CLIENT = `data:text/javascript,${encodeURIComponent(
    `import { register } from 'node:module';
     register('data:text/javascript,' + encodeURIComponent(\`export async function resolve(name, context, next) {
       if (name.startsWith('@kubernetes/')) throw new Error('loaded ' + name);
       return next(name, context);
     }\`));`,
  )}`;

  const forbidden = { NODE_OPTIONS: `--import=${FORBID_CLIENT}` };

  test.each([['--help'], ['run --help'], [`validate ${THREE_TIER}`], [`run ${THREE_TIER} --dry-run`]])(
    '%s does not load the cluster client',
    async (line) => {
      expect(await netproof(line.split(' '), forbidden)).toMatchObject({ code: 0, stderr: '' });
    },
  );

  test('a login by a helper program does, and so shows that it would have been seen', async () => {
    const file = join(folder, 'kubeconfig');
    await writeFile(
      file,
      `{ clusters: [{ name: a, cluster: { server: 'http://127.0.0.1:1' } }],
         users: [{ name: a, user: { exec: { apiVersion: client.authentication.k8s.io/v1, command: 'false' } } }],
         contexts: [{ name: a, context: { cluster: a, user: a } }], current-context: a }`,
    );
    const { stderr } = await netproof(['cleanup', '--kubeconfig', file], forbidden);
    expect(stderr).toContain('loaded @kubernetes/');
  });

  test('schema prints a JSON Schema', async () => {
    const { code, stdout } = await netproof(['schema']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ title: 'netproof scenario' });
  });

  test('validate counts what the scenario asks', async () => {
    expect(await netproof(['validate', THREE_TIER])).toEqual({
      code: 0,
      stdout: `${THREE_TIER} is valid: three-tier, 5 workloads, 0 targets, 4 policies, 20 expectations (3 allow, 17 deny)\n`,
      stderr: '',
    });
  });

  test('--dry-run tells what would be created, probed and needed, and needs no cluster', async () => {
    const { code, stdout, stderr } = await netproof(['run', THREE_TIER, '--dry-run']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('  namespace three-tier-visitors labelled access=visitors\n');
    expect(stdout).toContain('    NetworkPolicy api from scenarios/three-tier/policies/api.yaml:1\n');
    expect(stdout).toContain('  visitor -> web   allow http/8080; deny tcp/9090\n');
    expect(stdout).toMatch(
      /^Would take about \d+ s with \d+ pods\. If pods get no CPU, some prober pods are launched once more\.$/m,
    );
    expect(stdout).toMatch(/^kind: ClusterRole$/m);
  });

  test("--image goes before the scenario's", async () => {
    const image = 'registry.internal/node:22';
    const { stdout } = await netproof(['run', THREE_TIER, '--dry-run', '-o', 'json', '--image', image]);
    expect(JSON.parse(stdout)).toMatchObject({ scenario: { pods: { image } } });
    expect(await netproof(['run', THREE_TIER, '--dry-run', '--image', 'no image'])).toMatchObject({
      code: 2,
    });
  });

  test('a reader that stops reading is no error', async () => {
    const { process: child, ended } = start(['run', THREE_TIER, '--dry-run', '-o', 'json']);
    child.stdout.destroy();
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });
});
