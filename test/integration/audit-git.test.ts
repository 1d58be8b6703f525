/** Change control against repositories that git itself has made. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { gitIn } from '../../src/audit/git/git.ts';
import { DEFAULT_GIT } from '../../src/audit/config/load.ts';
import { auditOf, CLEAN, DENY_SHOP, type Planted, type Texts, told, WEB } from '../support/audit.ts';

let repository = '';
beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'netproof-git-'));
  git('init', '-q', '-b', 'main');
});
afterEach(() => rmSync(repository, { recursive: true, force: true }));

const WHO = { name: 'Jane', email: 'jane@example.com' };

function git(...args: readonly string[]): string {
  return execFileSync('git', ['-C', repository, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      PATH: process.env['PATH'],
      HOME: repository,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: WHO.name,
      GIT_AUTHOR_EMAIL: WHO.email,
      GIT_COMMITTER_NAME: WHO.name,
      GIT_COMMITTER_EMAIL: WHO.email,
    },
  }).trim();
}

function write(files: Texts): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(repository, file)), { recursive: true });
    writeFileSync(join(repository, file), text);
  }
}

function commit(message: string, files: Texts = {}): string {
  write(files);
  git('add', '-A');
  git('commit', '-q', '--allow-empty', '-m', message);
  return git('rev-parse', 'HEAD');
}

const POLICIES: Texts = Object.fromEntries(
  Object.entries(CLEAN).filter(([file]) => file.startsWith('policies/')),
);
const REVIEWED = 'Policies\n\nReviewed-by: Joe <joe@example.com>';

function audited(planted: Planted = {}, folder = '', ref: string = DEFAULT_GIT.ref) {
  const choice = { ...DEFAULT_GIT, repository, folder, ref, reviews: 'fail' as const };
  return auditOf({
    ...planted,
    config: { ...planted.config, git: choice },
    deps: { gitIn: (path) => gitIn(path, new AbortController().signal) },
  });
}

async function found(planted: Planted = {}, folder = ''): Promise<string[]> {
  return told((await audited(planted, folder)).result.findings);
}

describe('committed as live', () => {
  test('nothing is found, and each policy has its manifest and commit', async () => {
    const hash = commit(REVIEWED, POLICIES);
    const { result } = await audited();
    expect(told(result.findings)).toEqual([]);
    expect(result.inputs).toContainEqual({ role: 'git', name: repository, digest: hash });
    const rows = result.checks.find(({ id }) => id === 'change-control')?.evidence[0]?.rows ?? [];
    expect(rows).toHaveLength(5);
    expect(rows.find(([policy]) => policy === 'shop/web')).toEqual([
      'shop/web',
      'policies/shop.yaml:7',
      hash.slice(0, 12),
      'Jane <jane@example.com>',
      expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      'none',
      'Reviewed-by: Joe <joe@example.com>',
      'Policies',
      '',
    ]);
  });

  test('in another order and with defaults written out, too', async () => {
    const explicit = WEB.replace('ports: [{ protocol: TCP, port: 5432 }]', 'ports: [{ port: 5432 }]');
    commit(REVIEWED, { ...POLICIES, 'policies/shop.yaml': [explicit, DENY_SHOP].join('---') });
    expect(await found()).toEqual([]);
  });

  test('the working tree does not count', async () => {
    commit(REVIEWED, POLICIES);
    write({ 'policies/shop.yaml': DENY_SHOP });
    expect(await found()).toEqual([]);
  });

  test('a folder of the repository', async () => {
    const below = Object.fromEntries(Object.entries(POLICIES).map(([file, text]) => [`prod/${file}`, text]));
    commit(REVIEWED, { ...below, 'test/other.yaml': WEB.replace('name: web', 'name: other') });
    expect(await found({}, 'prod')).toEqual([]);
    expect(await found()).toEqual(['only-committed NetworkPolicy/shop/other']);
  });
});

describe('what is not there is not compared', () => {
  test.each([
    ['a folder', 'nowhere', DEFAULT_GIT.ref, /has no nowhere at HEAD$/],
    ['a branch', '', 'gone', /has no commit gone$/],
  ])('%s', async (_, folder, ref, said) => {
    commit(REVIEWED, POLICIES);
    await expect(audited({}, folder, ref)).rejects.toThrow(said);
  });

  test('no policy, live or committed: nothing passes for examined', async () => {
    commit('none', { 'README.md': 'none' });
    const none = Object.keys(POLICIES).map((file) => [file, '# none'] as const);
    const { result } = await audited({ files: Object.fromEntries(none) });
    expect(result.checks.find(({ id }) => id === 'change-control')?.result).toBe('not-applicable');
  });
});

describe('planted', () => {
  test('drift', async () => {
    const web = WEB.replace('5432', '5433');
    commit(REVIEWED, { ...POLICIES, 'policies/shop.yaml': [DENY_SHOP, web].join('---') });
    const { result } = await audited();
    expect(told(result.findings)).toEqual(['drift NetworkPolicy/shop/web']);
    expect(result.findings[0]?.message).toContain('spec.egress differs');
    expect(result.findings[0]?.where).toMatchObject({ file: 'policies/shop.yaml', line: 7 });
  });

  test('only live', async () => {
    commit(REVIEWED, { ...POLICIES, 'policies/shop.yaml': DENY_SHOP });
    expect(await found()).toEqual(['only-live NetworkPolicy/shop/web']);
  });

  test('two manifests for one policy: the one that is live is taken, and the other told', async () => {
    const other = WEB.replace('5432', '5433');
    commit(REVIEWED, { ...POLICIES, 'a-test/web.yaml': other });
    const { result } = await audited();
    expect(told(result.findings)).toEqual(['several-manifests NetworkPolicy/shop/web']);
    expect(result.findings[0]?.message).toContain('stands in a-test/web.yaml:2 too');
  });

  test('a manifest without a namespace is that of every policy of its name', async () => {
    const denied = DENY_SHOP.replace(', namespace: shop', '');
    const files = { 'deny.yaml': denied, 'web.yaml': WEB, 'db.yaml': POLICIES['policies/data.yaml'] ?? '' };
    commit(REVIEWED, files);
    expect(await found()).toEqual([]);
  });

  test('only committed', async () => {
    commit(REVIEWED, { ...POLICIES, 'policies/new.yaml': WEB.replace('name: web', 'name: new') });
    expect(await found()).toEqual(['only-committed NetworkPolicy/shop/new']);
  });

  test('a file that is a template', async () => {
    commit(REVIEWED, { ...POLICIES, 'chart/policy.yaml': '{{- if .Values.policy }}\nkind: NetworkPolicy\n' });
    expect(await found()).toEqual(['unreadable-manifest File/chart/policy.yaml:1']);
  });

  test('a shallow clone', async () => {
    commit(REVIEWED, POLICIES);
    const origin = repository;
    commit('more');
    repository = mkdtempSync(join(tmpdir(), 'netproof-git-'));
    execFileSync('git', ['clone', '-q', '--depth=1', `file://${origin}`, repository], { stdio: 'ignore' });
    const shallow = await found();
    rmSync(origin, { recursive: true, force: true });
    expect(shallow).toContain(`history-cut Repository/${repository}`);
  });
});

describe('reviews', () => {
  const unreviewed = ['default-deny', 'web'].map((name) => `unreviewed NetworkPolicy/shop/${name}`);
  const base = (): void => void commit(REVIEWED, { ...POLICIES, 'policies/shop.yaml': WEB });
  const change: Texts = { 'policies/shop.yaml': POLICIES['policies/shop.yaml'] ?? '' };

  test.each([
    ['nothing', 'Close it', unreviewed],
    ['the author', 'Close it\n\nReviewed-by: Jane <jane@example.com>', unreviewed],
    ['the author by another address', 'Close it\n\nReviewed-by: Jane <jane@home.example>', unreviewed],
    ['a signed-off-by', 'Close it\n\nSigned-off-by: Joe <joe@example.com>', unreviewed],
    ['text that is no trailer', 'Close it\n\nReviewed-by: Joe <joe@example.com>\n\nThe end.', unreviewed],
    ['a reviewer', 'Close it\n\nReviewed-by: Joe <joe@example.com>', []],
    ['an approver', 'Close it\n\nApproved-by: Joe <joe@example.com>', []],
    ['a squashed pull request', 'Close it (#12)', []],
  ])('by %s', async (_, message, expected) => {
    base();
    commit(message, change);
    expect(await found()).toEqual(expected);
  });

  test('by a merge', async () => {
    base();
    git('checkout', '-q', '-b', 'topic');
    commit('Close it', change);
    git('checkout', '-q', 'main');
    git('merge', '-q', '--no-ff', '-m', 'Merge pull request #12', 'topic');
    const { result } = await audited();
    expect(told(result.findings)).toEqual([]);
    const rows = result.checks.find(({ id }) => id === 'change-control')?.evidence[0]?.rows ?? [];
    expect(rows.find(([policy]) => policy === 'shop/web')?.[6]).toMatch(
      /^merged by Jane .*Merge pull request #12/,
    );
  });

  test('a fast-forward is no merge', async () => {
    base();
    git('checkout', '-q', '-b', 'topic');
    commit('Close it', change);
    git('checkout', '-q', 'main');
    git('merge', '-q', '--ff-only', 'topic');
    expect(await found()).toEqual(unreviewed);
  });
});

describe('a repository of somebody else', () => {
  test('runs none of the programs that it names', async () => {
    commit(REVIEWED, POLICIES);
    const trap = join(repository, 'trap');
    const sprung = join(repository, 'sprung');
    writeFileSync(trap, `#!/bin/sh\ntouch ${sprung}\n`, { mode: 0o755 });
    for (const key of ['core.fsmonitor', 'gpg.program', 'core.pager', 'diff.external'])
      git('config', key, trap);
    git('config', 'log.showSignature', 'true');
    expect(await found()).toEqual([]);
    const { existsSync } = await import('node:fs');
    expect(existsSync(sprung)).toBe(false);
  });

  test.each([
    ['is not there', { repository: '/nonexistent' }],
    ['has no such ref', { ref: '--help' }],
  ])('that %s is told', async (_, change) => {
    commit(REVIEWED, POLICIES);
    const choice = { ...DEFAULT_GIT, repository, ...change };
    const planted: Planted = {
      config: { git: choice },
      deps: { gitIn: (path) => gitIn(path, new AbortController().signal) },
    };
    await expect(auditOf(planted)).rejects.toMatchObject({ code: 'file-unreadable' });
  });

  test('signatures are checked: a good one, and one of a key that nobody knows', async () => {
    const key = join(repository, '..', `${repository.split('/').at(-1)}-key`);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    git('config', 'gpg.format', 'ssh');
    git('config', 'user.signingkey', `${key}.pub`);
    write(POLICIES);
    git('add', '-A');
    git('commit', '-q', '-S', '-m', REVIEWED);
    const signatures = async (): Promise<unknown> =>
      (await audited()).result.checks.find(({ id }) => id === 'change-control')?.evidence[0]?.rows[0]?.[5];
    expect(await signatures()).toMatch(/^(none|unknown|bad)/);
    const { readFileSync } = await import('node:fs');
    writeFileSync(join(repository, 'signers'), `jane@example.com ${readFileSync(`${key}.pub`, 'utf8')}`);
    git('config', 'gpg.ssh.allowedSignersFile', join(repository, 'signers'));
    expect(await signatures()).toBe('good: jane@example.com');
    rmSync(key);
    rmSync(`${key}.pub`);
  });
});
