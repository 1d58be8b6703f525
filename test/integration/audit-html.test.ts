/** The HTML page in a browser: its filters work, it asks the network for nothing, and names can't act in it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { AuditResult } from '../../src/model/audit.ts';
import type { RunResult } from '../../src/model/result.ts';
import { render } from '../../src/report/audit/html.ts';
import { auditOf, SCENARIO } from '../support/audit.ts';
import { CHROMIUM, openBrowser } from '../support/chromium.ts';
import { CAPABLE } from '../support/record.ts';
import { runResult } from '../support/result.ts';

/** Ways in which a name has taken over a page before. */
const HOSTILE = [
  '<script>window.taken = 1</script>',
  '"><img src=x onerror="window.taken = 1">',
  "' onmouseover='window.taken = 1",
  '</script><script>window.taken = 1</script>',
  '<style>@import url(http://198.51.100.1/)</style>',
  '<iframe srcdoc="<script>parent.taken = 1</script>">',
  '</title><svg onload="window.taken = 1">',
];

async function hostileAudit(): Promise<AuditResult> {
  const planted = HOSTILE.map((text, index) =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: text, labels: { [text]: text, env: index === 0 ? 'production' : 'test' } },
    }),
  );
  const probing = {
    preflight: async () =>
      ({
        record: { capabilities: CAPABLE, detection: { enforcer: { kind: 'known', names: [] }, engines: [] } },
      }) as never,
    run: async ({
      scenario: { name, file, digest },
    }: {
      readonly scenario: RunResult['record']['scenario'];
    }) =>
      runResult(
        [
          { from: 'web', to: 'web', port: 'tcp/8080', expect: 'deny', cause: 'leak' },
          { from: 'web', to: 'db', port: 'tcp/5432', expect: 'allow' },
          { from: 'db', to: 'web', port: 'tcp/8080', expect: 'deny', because: HOSTILE.join(' ') },
          { from: 'db', to: 'db', port: 'tcp/5432', expect: 'deny', cause: 'path-dead' },
        ],
        { record: { scenario: { name, file, digest } } },
      ),
  };
  const { result } = await auditOf({
    asCluster: true,
    files: { 'planted.yaml': planted.join('\n---\n') },
    scenario: SCENARIO,
    deps: { probing },
  });
  return result;
}

const inBrowser = CHROMIUM === undefined ? describe.skip : describe;
if (CHROMIUM === undefined) console.warn('SKIPPED: the HTML page needs chromium (apt-get install chromium)');

inBrowser('the page', () => {
  let folder = '';
  let browser: Browser;
  let page: Page;
  let result: AuditResult;
  const said: string[] = [];
  const asked: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'netproof-html-'));
    result = await hostileAudit();
    const file = join(folder, 'report.html');
    writeFileSync(file, [...render(result)].join(''));
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 1600 } });
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    page.on('dialog', (dialog) => said.push(dialog.message()));
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    const picture = process.env['NETPROOF_SCREENSHOT'];
    if (picture !== undefined) await page.screenshot({ path: picture, fullPage: true });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const shown = (selector: string): Promise<number> => page.locator(`${selector}:visible`).count();

  test('holds hostile names as text', async () => {
    const text = await page.locator('body').innerText();
    for (const name of HOSTILE) expect(text).toContain(name);
    expect(await page.evaluate('window.taken')).toBeUndefined();
    expect(await page.locator('img, iframe, svg, object, embed, link, a').count()).toBe(0);
    expect(await page.locator('script').count()).toBe(1);
  });

  test('findings can be filtered', async () => {
    const all = result.findings.length;
    expect(await shown('#findings tbody tr')).toBe(all);
    await page.selectOption('select[name=severity]', 'inconclusive');
    const open = result.findings.filter(({ severity }) => severity === 'inconclusive').length;
    expect(await shown('#findings tbody tr')).toBe(open);
    expect(await page.locator('#finding-count').innerText()).toBe(`${open} of ${all}`);
    await page.selectOption('select[name=severity]', '');
    await page.selectOption('select[name=exposure]', 'production');
    const production = result.findings.filter(({ exposure }) => exposure.includes('production')).length;
    expect(await shown('#findings tbody tr')).toBe(production);
    await page.selectOption('select[name=exposure]', '');
    await page.fill('#finding-filters input[name=text]', 'LEAK');
    expect(await shown('#findings tbody tr')).toBe(1);
    await page.fill('#finding-filters input[name=text]', '');
    expect(await shown('#findings tbody tr')).toBe(all);
  });

  test('the truth table can be filtered', async () => {
    expect(await shown('#heat-0 td.cell')).toBe(4);
    await page.selectOption('.heat-filters select[name=state]', 'leak');
    expect(await page.locator('#heat-0 td.cell:visible:not(.dim)').count()).toBe(1);
    expect(await shown('#heat-0 tbody tr')).toBe(1);
    await page.selectOption('.heat-filters select[name=state]', '');
    await page.fill('.heat-filters input[name=endpoint]', 'db:');
    expect(await shown('#heat-0 td.cell')).toBe(2);
    await page.fill('.heat-filters input[name=source]', 'web');
    expect(await shown('#heat-0 td.cell')).toBe(1);
    expect(await page.locator('.heat-filters output').innerText()).toBe('1 pairs');
    await page.fill('.heat-filters input[name=endpoint]', '');
    await page.fill('.heat-filters input[name=source]', '');
    expect(await shown('#heat-0 td.cell')).toBe(4);
  });

  test('a cell tells its whole story', async () => {
    const title = await page.locator('#heat-0 td.leak').getAttribute('title');
    expect(title).toContain(
      'web → web:tcp/8080; expected: deny; policies: deny; policies deny its egress; packets: fail, leak; it came',
    );
  });

  test('prints without its filters, and with every row', async () => {
    await page.emulateMedia({ media: 'print' });
    expect(await shown('.filters')).toBe(0);
    expect(await shown('#findings tbody tr')).toBe(result.findings.length);
    await page.emulateMedia({ media: 'screen' });
  });

  test('asked for nothing but itself, and had nothing to complain of', () => {
    expect(asked.filter((url) => !url.endsWith('/report.html'))).toEqual([]);
    expect(said).toEqual([]);
  });

  test('would not run a script that had got in', async () => {
    const ran = await page.evaluate(`(() => {
      const script = document.createElement('script');
      script.textContent = 'window.taken = 1';
      document.body.append(script);
      const style = document.createElement('img');
      style.setAttribute('onerror', 'window.taken = 1');
      style.src = 'x';
      document.body.append(style);
      script.remove();
      style.remove();
      return window.taken;
    })()`);
    expect(ran).toBeUndefined();
    expect(said.every((each) => each.includes('Content Security Policy'))).toBe(true);
  });
});
