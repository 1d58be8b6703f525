/** An evidence folder: complete, verifiable, and only there if it is whole. */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { evidenceFiles } from '../../src/audit/evidence/files.ts';
import { isIntact, verifyEvidence } from '../../src/audit/evidence/verify.ts';
import { checkEvidenceFolder, readSigningKey, writeEvidence } from '../../src/audit/evidence/write.ts';
import { parseObjects } from '../../src/snapshot/objects.ts';
import { auditOf, type Planted } from '../support/audit.ts';

let base = '';
let folder = '';
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'netproof-evidence-test-'));
  folder = join(base, 'evidence');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const FORGOTTEN = '{ apiVersion: v1, kind: Namespace, metadata: { name: forgotten } }';

async function written(planted: Planted = {}, key?: ReturnType<typeof keys>['privateKey']) {
  const { evidence } = await auditOf(planted);
  await writeEvidence(folder, await evidenceFiles(evidence), { fresh: 'test', key });
}

const keys = () => generateKeyPairSync('ed25519');
const publicPem = ({ publicKey }: ReturnType<typeof keys>): string =>
  publicKey.export({ type: 'spki', format: 'pem' }).toString();
const read = (path: string): string => readFileSync(join(folder, path), 'utf8');

describe('what is written', () => {
  test('is everything, and nothing is left beside it', async () => {
    await written({ files: { 'forgotten.yaml': FORGOTTEN } });
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
    expect(files.toSorted()).toEqual([
      'README.txt',
      'SHA256SUMS',
      'guardrails/namespace-template.yaml',
      'guardrails/validating-admission-policies.yaml',
      'inputs/scenario.yaml',
      'junit.xml',
      'manifests/data/networkpolicy-db.yaml',
      'manifests/data/networkpolicy-default-deny.yaml',
      'manifests/kube-system/networkpolicy-default-deny.yaml',
      'manifests/shop/networkpolicy-default-deny.yaml',
      'manifests/shop/networkpolicy-web.yaml',
      'oscal-assessment-results.json',
      'raw/inventory.json',
      'remediation/forgotten.yaml',
      'report.html',
      'report.md',
      'result.json',
      'result.sarif',
    ]);
    expect(readdirSync(base)).toEqual(['evidence']);
  });

  test('has manifests that are clean, and mean what they meant', async () => {
    await written();
    const text = read('manifests/data/networkpolicy-default-deny.yaml');
    expect(text).not.toMatch(/uid|resourceVersion|managedFields/);
    expect(parseObjects(text, 'x').objects[0]?.value).toMatchObject({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'default-deny', namespace: 'data' },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    });
    expect(read('raw/inventory.json')).toContain('"uid":"uid-data"');
  });

  test('mends the finding: with the remedy applied, it is gone', async () => {
    const planted = { files: { 'forgotten.yaml': FORGOTTEN } };
    await written(planted);
    const remedy = read('remediation/forgotten.yaml');
    const { result } = await auditOf({ files: { ...planted.files, 'remedy.yaml': remedy } });
    const rules = result.findings.map(({ rule }) => rule);
    expect(rules).not.toContain('namespace-without-policy');
    expect(rules).not.toContain('no-default-deny-ingress');
    expect(rules).not.toContain('no-default-deny-egress');
  });

  test('mends without closing what is documented', async () => {
    const open = { files: { 'policies/shop.yaml': '' }, skip: ['change-control'] };
    await written({ ...open, files: { 'policies/shop.yaml': '# none\n' } });
    const remedy = read('remediation/shop.yaml');
    expect(remedy).toContain('web-egress');
    const { result } = await auditOf({ ...open, files: { 'policies/shop.yaml': remedy } });
    const rules = result.findings.map(({ rule }) => rule);
    expect(rules.filter((rule) => rule.startsWith('policy-') || rule.startsWith('no-default'))).toEqual([]);
  });
});

describe('verify-evidence', () => {
  test('finds it as it was written, as sha256sum does', async () => {
    await written();
    const verification = await verifyEvidence(folder);
    expect(verification).toMatchObject({ missing: [], changed: [], added: [], signature: { kind: 'none' } });
    expect(isIntact(verification)).toBe(true);
    const said = execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: folder });
    expect(said.toString()).toContain('report.html: OK');
  });

  test.each([
    ['changed', () => appendFileSync(join(folder, 'result.json'), ' '), 'result.json'],
    ['missing', () => rmSync(join(folder, 'junit.xml')), 'junit.xml'],
    ['added', () => writeFileSync(join(folder, 'raw/more.json'), '{}'), 'raw/more.json'],
    ['added', () => symlinkSync('/etc/passwd', join(folder, 'link')), 'link'],
    [
      'changed',
      () => {
        rmSync(join(folder, 'report.md'));
        symlinkSync('/etc/passwd', join(folder, 'report.md'));
      },
      'report.md',
    ],
  ] as const)('names what was %s', async (how, tamper, path) => {
    await written();
    tamper();
    const verification = await verifyEvidence(folder);
    expect(verification[how]).toEqual([path]);
    expect(isIntact(verification)).toBe(false);
  });

  test('a line that leads out of the folder is refused', async () => {
    await written();
    appendFileSync(join(folder, 'SHA256SUMS'), `${'0'.repeat(64)}  ../../etc/passwd\n`);
    await expect(verifyEvidence(folder)).rejects.toMatchObject({ code: 'file-unreadable' });
  });

  test('a folder that is none is told', async () => {
    await expect(verifyEvidence(base)).rejects.toMatchObject({ code: 'file-unreadable', exitCode: 2 });
  });
});

describe('the signature', () => {
  test('is good by the signer’s key, and of nobody known without it', async () => {
    const mine = keys();
    await written({}, mine.privateKey);
    expect((await verifyEvidence(folder, publicPem(mine))).signature.kind).toBe('good');
    expect((await verifyEvidence(folder)).signature.kind).toBe('unattested');
  });

  test('is bad by another key', async () => {
    await written({}, keys().privateKey);
    const verification = await verifyEvidence(folder, publicPem(keys()));
    expect(verification.signature.kind).toBe('bad');
    expect(isIntact(verification)).toBe(false);
  });

  test('is bad once the manifest was made to fit again', async () => {
    const mine = keys();
    await written({}, mine.privateKey);
    writeFileSync(join(folder, 'result.json'), '{}');
    const sums = read('SHA256SUMS').replace(
      /^.*result\.json$/m,
      `${execFileSync('sha256sum', [join(folder, 'result.json')])
        .toString()
        .slice(0, 64)}  result.json`,
    );
    writeFileSync(join(folder, 'SHA256SUMS'), sums);
    const verification = await verifyEvidence(folder, publicPem(mine));
    expect(verification).toMatchObject({ changed: [], signature: { kind: 'bad' } });
  });

  test('is missed where a key was asked for', async () => {
    await written();
    expect((await verifyEvidence(folder, publicPem(keys()))).signature.kind).toBe('bad');
  });

  test('takes an Ed25519 key as openssl makes it, and no other', async () => {
    const path = join(base, 'key.pem');
    execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', path]);
    expect((await readSigningKey(path)).asymmetricKeyType).toBe('ed25519');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await expect(readSigningKey(path)).rejects.toMatchObject({ code: 'usage' });
    writeFileSync(path, 'no key');
    await expect(readSigningKey(path)).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('complete, or not there', () => {
  test('what is there already is never overwritten', async () => {
    mkdirSync(folder);
    await checkEvidenceFolder(folder);
    writeFileSync(join(folder, 'mine'), 'x');
    await expect(checkEvidenceFolder(folder)).rejects.toMatchObject({ code: 'usage' });
    await expect(written()).rejects.toMatchObject({ code: 'file-unreadable' });
    expect(readdirSync(folder)).toEqual(['mine']);
    expect(readdirSync(base)).toEqual(['evidence']);
  });

  test('a fault in the middle leaves nothing', async () => {
    const faulty = function* (): Generator<string> {
      yield 'half';
      throw new Error('disk full');
    };
    const files = [
      { path: 'a', content: 'whole' },
      { path: 'b', content: faulty() },
    ];
    await expect(writeEvidence(folder, files, { fresh: 'x' })).rejects.toThrow('disk full');
    expect(existsSync(folder)).toBe(false);
    expect(readdirSync(base)).toEqual([]);
  });
});
