/** The commands that read manifests, on files. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Interruption } from '../../../src/cli/interruption.ts';
import { parse } from '../../../src/cli/parse.ts';

const WORKLOADS = `
{ apiVersion: v1, kind: Namespace, metadata: { name: shop } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { metadata: { labels: { app: web } }, spec: { containers: [{ ports: [{ containerPort: 8080 }] }] } } }
`;
const POLICY = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec: { podSelector: {} }
`;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'netproof-init-'));
  await writeFile(join(folder, 'web.yaml'), WORKLOADS);
});
afterEach(() => rm(folder, { recursive: true }));

async function ran(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const stream = (to: string[]) => ({
    columns: 200,
    isTTY: false,
    color: false,
    unicode: true,
    write: (text: string) => Promise.resolve(void to.push(text)),
  });
  const parsed = await parse(argv, 100);
  if (parsed.kind !== 'command') throw new Error('no command');
  const context = { terminal: { out: stream(out), err: stream(err) }, interruption: new Interruption() };
  return { code: await parsed.execute(context), out: out.join(''), err: err.join('') };
}

describe('init', () => {
  test('prints a scenario, and what it left out on stderr', async () => {
    const { code, out, err } = await ran('init', '--manifests', folder);
    expect(code).toBe(0);
    expect(out).toMatch(/\nnamespaces:\n {2}shop: \{ create: true \}\n/);
    expect(err).toMatch(/^1 workload, 1 pair, 0 rules, 5 rows to confirm\n$/);
  });

  test('writes policies beside the scenario, which is valid with them', async () => {
    await writeFile(join(folder, 'policy.yaml'), POLICY);
    await expect(ran('init', '--manifests', folder)).rejects.toMatchObject({
      exitCode: 2,
      hint: expect.stringMatching(/--output/),
    });
    const to = join(folder, 'out.yml');
    await ran('init', '--manifests', folder, '-o', to);
    expect((await readdir(folder)).toSorted()).toEqual([
      'out.policies.yaml',
      'out.yml',
      'policy.yaml',
      'web.yaml',
    ]);
    expect((await ran('validate', to)).out).toMatch(/1 policy, 1 expectation \(0 allow, 1 deny\)/);
  });

  test('writes over nothing, neither scenario nor policies, unless it is told to', async () => {
    await writeFile(join(folder, 'policy.yaml'), POLICY);
    const [to, beside] = [join(folder, 'out.yaml'), join(folder, 'out.policies.yaml')];
    for (const mine of [to, beside]) {
      await writeFile(mine, 'mine');
      await expect(ran('init', '--manifests', folder, '-o', to)).rejects.toMatchObject({
        exitCode: 2,
        message: `${mine} is there already`,
      });
      expect(await readFile(mine, 'utf8')).toBe('mine');
      await rm(mine);
    }
    await writeFile(to, 'mine');
    expect((await ran('init', '--manifests', folder, '-o', to, '--force')).code).toBe(0);
    expect(await readFile(to, 'utf8')).toMatch(/^## Written by netproof init/);
  });

  test('a policy with a field that nobody knows is refused with its place', async () => {
    await writeFile(
      join(folder, 'policy.yaml'),
      POLICY.replace('podSelector: {}', 'podSelector: {}, ingres: []'),
    );
    await expect(ran('init', '--manifests', folder, '-o', join(folder, 'out.yaml'))).rejects.toMatchObject({
      exitCode: 2,
      issues: [
        {
          message: expect.stringMatching(/ingres/),
          position: { file: join(folder, 'policy.yaml'), line: 5 },
        },
      ],
    });
  });

  test.each<[readonly string[], RegExp, RegExp]>([
    [['-n', 'shpo'], /^there is no namespace shpo$/, /^did you mean shop\?$/],
    [['--context', 'prod'], /^--manifests needs no cluster$/, /leave out/],
  ])('%j is refused', async (args, message, hint) => {
    await expect(ran('init', '--manifests', folder, ...args)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });
});

describe('explain', () => {
  test.each<[readonly string[], number, RegExp]>([
    [['203.0.113.7 -> shop/web:8080'], 0, /^DENIED/],
    [['203.0.113.7 -> shop/web:8080', '--exit-code'], 1, /^DENIED/],
    [['web -> 203.0.113.7:443', '-n', 'shop', '--exit-code'], 0, /^ALLOWED/],
    [
      ['web -> 203.0.113.7:443', '-n', 'shop', '-o', 'json'],
      0,
      /^\{\n {2}"apiVersion": "netproof\/v1",\n {2}"kind": "Explanation"/,
    ],
  ])('%j', async (args, code, out) => {
    await writeFile(join(folder, 'policy.yaml'), POLICY);
    const ended = await ran('explain', ...args, '--manifests', folder);
    expect(ended).toMatchObject({ code, out: expect.stringMatching(out), err: '' });
  });

  test('what is not certain has an exit code of its own', async () => {
    await writeFile(
      join(folder, 'policy.yaml'),
      `{ apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: { name: x, namespace: shop } }`,
    );
    const ended = await ran('explain', '203.0.113.7 -> shop/web:8080', '--exit-code', '--manifests', folder);
    expect(ended).toMatchObject({ code: 4, out: expect.stringMatching(/^PROBABLY ALLOWED/) });
  });
});
