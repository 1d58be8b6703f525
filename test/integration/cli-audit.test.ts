/** The audit's command line: what it refuses, and where its results go. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CLEAN } from '../support/audit.ts';
import { netproof } from '../support/netproof.ts';

let folder = '';
let manifests = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netproof-cli-audit-'));
  manifests = join(folder, 'manifests');
  for (const [name, text] of Object.entries(CLEAN)) {
    mkdirSync(dirname(join(manifests, name)), { recursive: true });
    writeFileSync(join(manifests, name), text);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const offline = (...more: readonly string[]) => netproof(['audit', '--manifests', manifests, ...more]);

describe('netproof audit', () => {
  test('offline: what was not examined is inconclusive, exit code 4, and data alone is on stdout', async () => {
    const { code, stdout, stderr } = await offline('-o', 'json', '--seed', 'x');
    expect({ code, stderr }).toEqual({ code: 4, stderr: 'audit: reading\n' });
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'AuditResult', sample: { seed: 'x' } });
  });

  test('the table tells every step and ends with the verdict', async () => {
    const { stdout } = await offline();
    for (const step of [1, 2, 3, 4, 5, 6, 7, 8]) expect(stdout).toMatch(new RegExp(`^step ${step} `, 'm'));
    expect(stdout).toMatch(/^INCONCLUSIVE .*exit 4: nothing failed, but something is inconclusive\n$/m);
  });

  test('a format in a file, and the table on stdout', async () => {
    const file = join(folder, 'out.sarif');
    const { stdout } = await offline('-o', 'sarif', '--output-file', file);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ version: '2.1.0' });
    expect(stdout).toMatch(/^step 8 /m);
  });

  test('checks that are skipped are told as left out', async () => {
    const { code, stdout } = await offline('--skip', 'change-control', '--skip', 'intended-matrix');
    expect(code).toBe(0);
    expect(stdout.match(/left out on request/g)).toHaveLength(2);
  });

  test.each([
    ['an unknown check', ['--skip', 'nope'], /no check called nope .*hint: one of enforcement/],
    ['a signature without evidence', ['--sign', 'key.pem'], /--sign signs an evidence folder/],
    ['a sandbox’s option without one', ['--sandbox-cni', 'none'], /add --sandbox/],
    ['a folder of git that leads out', ['--git', '.:../..'], /names no folder of a clone/],
    ['no such repository', ['--git', '/nonexistent'], /git can't read \/nonexistent/],
    ['no such configuration', ['--config', '/nonexistent.yaml'], /can't read \/nonexistent.yaml/],
    ['no such format', ['-o', 'pdf'], /pdf/],
  ])('%s is wrong usage', async (_, args, said) => {
    const { code, stdout, stderr } = await offline(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(said);
  });

  test('a configuration’s mistakes are told with file, line and column, all at once', async () => {
    const config = join(folder, 'audit.yaml');
    writeFileSync(
      config,
      'apiVersion: netproof/v1\nkind: AuditConfig\nmetadata: { name: x }\nsampel: {}\ncoverage: { egress: maybe }\n',
    );
    const { code, stderr } = await offline('--config', config);
    expect(code).toBe(2);
    expect(stderr).toContain(
      `${config}:4:1: unknown field "sampel" in audit configuration (hint: did you mean "sample"?)`,
    );
    expect(stderr).toContain(`${config}:5:21: "maybe" is not fail, warn or ignore`);
  });

  test('evidence that is there is not overwritten, and nothing is examined', async () => {
    const evidence = join(folder, 'evidence');
    mkdirSync(evidence);
    writeFileSync(join(evidence, 'mine'), '');
    const { code, stderr } = await offline('--evidence', evidence);
    expect(code).toBe(2);
    expect(stderr).toMatch(/it is not empty/);
    expect(existsSync(join(evidence, 'result.json'))).toBe(false);
  });

  test('a folder without manifests is no audit', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    const { code, stderr } = await netproof(['audit', '--manifests', empty]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/there is no Kubernetes manifest in .*hint: for example: kubectl get/);
  });
});

describe('netproof verify-evidence', () => {
  test('of a folder that is none', async () => {
    const { code, stderr } = await netproof(['verify-evidence', folder]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/has no SHA256SUMS/);
  });
});

describe('netproof schema', () => {
  test.each(['audit', 'audit-config', 'audit-exceptions', 'scenario'])('%s', async (of) => {
    const { code, stdout } = await netproof(['schema', of]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toHaveProperty('properties.apiVersion');
  });
});
