/** The audit's command line: what it refuses, and where its results go. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
    const last = stdout.slice(stdout.lastIndexOf('\n\n') + 2).replaceAll('\n', ' ');
    expect(last).toMatch(/^INCONCLUSIVE .*exit 4: nothing failed, but something is inconclusive $/);
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
    ['a cluster where none is audited', ['--context', 'x'], /--manifests is audited without a cluster/],
    ['a time that is none', ['--timeout', 'soon'], /--timeout soon is no duration/],
    ['evidence in no folder', ['--evidence', ''], /evidence can't be written to : it is not empty/],
    // Nothing can be made there, not even by root.
    [
      'evidence where nothing can be written',
      ['--evidence', '/proc/a/b'],
      /can't be written to \/proc\/a\/b/,
    ],
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

  test('what would be a mistake in the scenario that is made up is told in the file that it comes from', async () => {
    const config = join(folder, 'probes.yaml');
    writeFileSync(
      config,
      'apiVersion: netproof/v1\nkind: AuditConfig\nmetadata: { name: x }\nprobes:\n  outside:\n    - { host: "a b", ports: [tcp/99999] }\n',
    );
    const { code, stderr } = await offline('--config', config);
    expect(code).toBe(2);
    expect(stderr).toContain(`${config}:6:15: "a b" is not a DNS name or address`);
    expect(stderr).toContain(`${config}:6:30: "tcp/99999" is not a port`);
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

  describe('of a signed folder', () => {
    const key = (name: string, algorithm: string): string => {
      const path = join(folder, name);
      execFileSync('openssl', ['genpkey', '-algorithm', algorithm, '-out', path], { stdio: 'ignore' });
      execFileSync('openssl', ['pkey', '-in', path, '-pubout', '-out', `${path}.pub`]);
      return path;
    };
    let evidence = '';
    beforeAll(async () => {
      evidence = join(folder, 'signed');
      const { stderr } = await offline('--evidence', evidence, '--sign', key('mine.pem', 'ed25519'));
      expect(stderr).toContain(`evidence written to ${evidence}`);
    });

    test('by the key that was asked for, and by another', async () => {
      const mine = await netproof(['verify-evidence', evidence, '--key', join(folder, 'mine.pem.pub')]);
      expect(mine).toMatchObject({ code: 0, stdout: expect.stringContaining('signed by the given key') });
      const other = `${key('other.pem', 'ed25519')}.pub`;
      const others = await netproof(['verify-evidence', evidence, '--key', other]);
      expect(others).toMatchObject({ code: 1, stdout: expect.stringContaining('BAD signature') });
    });

    test('with a key of another kind: what could not be checked is not called wrong', async () => {
      const rsa = `${key('rsa.pem', 'rsa')}.pub`;
      const { code, stdout, stderr } = await netproof(['verify-evidence', evidence, '--key', rsa]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/no Ed25519 public key/);
    });

    test('that lost its signature', async () => {
      const cut = join(folder, 'cut');
      cpSync(evidence, cut, { recursive: true });
      rmSync(join(cut, 'SHA256SUMS.sig'));
      const { code, stdout } = await netproof(['verify-evidence', cut]);
      expect({ code, stdout }).toEqual({
        code: 1,
        stdout: expect.stringContaining('signer.pem is there, but SHA256SUMS.sig is not'),
      });
    });
  });
});

describe('netproof schema', () => {
  test.each(['audit', 'audit-config', 'audit-exceptions', 'scenario'])('%s', async (of) => {
    const { code, stdout } = await netproof(['schema', of]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toHaveProperty('properties.apiVersion');
  });
});
