// The pages of real conformance runs in a real browser: what a failing clause tells, several targets side by side, and
// the script that shows the failure again. Screenshots stay in the working directory.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

import { judge } from '../conform/judge.mjs';
import { run, serve } from '../plumbline.mjs';

const bad = await judge(['EIO-HS', 'SIO-CO-01', '--mutant', 'wrong-error-code', '--seed', '7']);
const good = await judge(['EIO-HS', 'SIO-EV-01', '--seed', '7']);
let browser;

before(async () => {
  assert.equal((await run(['report', good.out, bad.out, '--out', 'matrix.html'])).code, 0);
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
});
after(() => browser?.close());

/** Opens the page and collects everything it should not do. */
async function open(t, file, options = {}) {
  const url = pathToFileURL(file).href;
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  t.after(() => page.close());
  const complaints = [];
  page.on('console', (message) => complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints };
}

const pages = { run: () => `${bad.out}/report.html`, matrix: () => 'matrix.html' };
for (const [name, file] of Object.entries(pages)) {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1280, 420]) {
      test(`the ${name} page fits ${width} pixels in ${colorScheme} without a complaint`, async (t) => {
        const { page, complaints } = await open(t, file(), { colorScheme, viewport: { width, height: 900 } });
        await page.evaluate(() => { document.querySelector('#EIO-HS-09').open = true; });

        await page.screenshot({ path: `${name}-${colorScheme}-${width}.png` });
        const widest = await page.evaluate(() => document.documentElement.scrollWidth);

        assert.deepEqual(complaints, []);
        assert.ok(widest <= width, `${widest} pixels wide`);
      });
    }
  }
}

test('a failing clause shows both sides, its text, its frames, and two ways to see it again', async (t) => {
  const { page } = await open(t, `${bad.out}/report.html`);
  const clause = page.locator('#EIO-HS-09');

  const names = await clause.locator('dt').allInnerTexts();
  const frames = await clause.locator('.timeline li').allInnerTexts();

  for (const name of ['expected', 'observed', 'clause', 'evidence', 'reproduce', 'script']) assert.ok(names.includes(name), name);
  assert.ok(await clause.locator('.timeline').isVisible());
  assert.ok(frames.some((text) => /→ http\s+GET \/socket\.io\/\?EIO=4/.test(text)), frames.join('\n'));
  assert.ok(frames.some((text) => /← http\s+HTTP\/1\.1 400/.test(text)), frames.join('\n'));
  for (const link of await clause.locator('a').all()) {
    await readFile(new URL(await link.getAttribute('href'), pathToFileURL(`${bad.out}/report.html`)));
  }
});

test('the matrix has a mark for each target, opens to both stories, and can leave out what is equal', async (t) => {
  const { page } = await open(t, 'matrix.html');
  const clause = page.locator('#EIO-HS-09');

  assert.deepEqual(await clause.locator('summary .cell').allInnerTexts(), ['PASS', 'FAIL']);
  assert.deepEqual(await page.locator('#SIO-EV-01 summary .cell').allInnerTexts(), ['PASS', '–']);
  assert.equal(await clause.locator('dl').first().isVisible(), false);
  await clause.locator('summary').click();
  assert.equal(await clause.locator('dl').count(), 2);
  assert.ok(await clause.locator('.timeline').isVisible());
  for (const link of await clause.locator('a').all()) {
    await readFile(new URL(await link.getAttribute('href'), pathToFileURL('matrix.html')));
  }

  await page.check('#only-differences');

  assert.equal(await page.locator('#EIO-HS-01').isVisible(), false);
  assert.equal(await clause.isVisible(), true);
});

test('everything is there without JavaScript', async (t) => {
  const { page } = await open(t, 'matrix.html', { javaScriptEnabled: false });

  const text = await page.innerText('body');

  for (const words of ['2 targets', 'wrong-error-code', 'EIO-HS-09', 'only where the targets differ']) {
    assert.ok(text.includes(words), words);
  }
});

test('the script shows the failure to any server, the right answer at a right one', async (t) => {
  const script = `${bad.out}/reproduce/EIO-HS-09.a.py`;
  for (const [mutant, answer] of [[['--mutant', 'wrong-error-code'], /"code":1/], [[], /"code":0/]]) {
    const server = await serve(t, ['--app', 'echo', ...mutant]);
    const played = await promisify(execFile)('python3', [script, new URL(server.url).host], { timeout: 60_000 });
    assert.match(played.stdout, /#2 {2}-> b'GET \/socket\.io\/\?EIO=4 HTTP/);
    assert.match(played.stdout, answer);
  }
});

test('runs that do not fit on one page are refused in one sentence', async () => {
  const two = await run(['report', good.out, bad.out]);
  assert.equal(two.code, 2);
  assert.match(two.stderr, /several runs go on one page: name it with --out/);
  assert.equal((await run(['report', good.out, 'nowhere', '--out', 'x.html'])).code, 2);
  assert.equal((await run(['report', good.out, bad.out, '--out', 'no/such/folder.html'])).code, 6);
});
