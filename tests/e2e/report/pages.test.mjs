// report.html in a real browser: quiet console, no request, plots with data, nothing wider than the screen, in light and
// dark, on a desk and on a telephone. Screenshots stay in the working directory.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

import { run } from '../plumbline.mjs';
import { runs } from './runs.mjs';

const WIDTHS = [1280, 420];
let browser;

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
});
after(() => browser?.close());

async function rendered(name) {
  mkdirSync(name, { recursive: true });
  writeFileSync(`${name}/summary.json`, JSON.stringify(runs[name]()));
  const result = await run(['report', name]);
  assert.equal(result.code, 0, result.stderr);
  return pathToFileURL(`${name}/report.html`).href;
}

/** Opens the page and collects everything it should not do. */
async function open(t, name, options = {}) {
  const url = await rendered(name);
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  t.after(() => page.close());
  const complaints = [];
  page.on('console', (message) => complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) complaints.push(`request: ${request.url()}`);
  });
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  await page.goto(url);
  return { page, complaints };
}

for (const name of Object.keys(runs)) {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of WIDTHS) {
      test(`${name} fits ${width} pixels in ${colorScheme} without a complaint`, async (t) => {
        const { page, complaints } = await open(t, name, { colorScheme, viewport: { width, height: 900 } });

        await page.screenshot({ path: `${name}-${colorScheme}-${width}.png`, fullPage: true });
        const widest = await page.evaluate(() => document.documentElement.scrollWidth);

        assert.deepEqual(complaints, []);
        assert.ok(widest <= width, `${widest} pixels wide`);
      });
    }
  }
}

test('every plot has an axis, a canvas and the data of the run', async (t) => {
  const { page } = await open(t, 'fail');

  const plots = await page.evaluate(() => window.plumblineGraphs().map((graph) => {
    const canvas = graph.maindiv_.querySelector('canvas');
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return {
      id: graph.maindiv_.id, rows: graph.numRows(), range: graph.xAxisRange(),
      labels: graph.maindiv_.querySelectorAll('.dygraph-axis-label').length, painted: pixels.some((value) => value !== 0),
      values: Array.from({ length: graph.numRows() }, (_, row) => graph.getValue(row, 1)).filter(Number.isFinite).length,
    };
  }));

  assert.deepEqual(plots.map((plot) => plot.id),
    ['plot-rate', 'plot-e2e', 'plot-undelivered', 'plot-errors', 'plot-connections', 'plot-slip', 'plot-cpu', 'plot-memory',
      'curve']);
  for (const plot of plots) {
    assert.ok(plot.painted, `${plot.id} is blank`);
    assert.ok(plot.labels >= 4, `${plot.id} has ${plot.labels} axis labels`);
    assert.ok(plot.values >= 12, `${plot.id} has ${plot.values} values`);
  }
  for (const plot of plots.slice(0, -1)) {
    assert.equal(plot.rows, 60, plot.id);
    assert.deepEqual(plot.range, plots[0].range, `${plot.id} has another time axis`);
  }
});

test('zooming one plot zooms all of them', async (t) => {
  const { page } = await open(t, 'pass');

  const ranges = await page.evaluate(() => {
    const graphs = window.plumblineGraphs().slice(0, -1);
    graphs[0].updateOptions({ dateWindow: [10, 20] });
    return graphs.map((graph) => graph.xAxisRange());
  });

  for (const range of ranges) assert.deepEqual(range, [10, 20]);
});

test('the plots take the colours of the other scheme when it changes', async (t) => {
  const { page, complaints } = await open(t, 'pass', { colorScheme: 'light' });
  const light = await page.evaluate(() => window.plumblineGraphs()[0].getColors()[1]);

  await page.emulateMedia({ colorScheme: 'dark' });

  await page.waitForFunction((old) => window.plumblineGraphs()[0].getColors()[1] !== old, light, { timeout: 5000 });
  assert.deepEqual(complaints, []);
});

test('everything but the plots is there without JavaScript', async (t) => {
  const { page } = await open(t, 'fail', { javaScriptEnabled: false });
  const text = await page.innerText('body');

  for (const words of ['FAIL', 'What broke', 'Gates', 'not met', 'acked-lost', '5f2c7c1e-9f0c-4a63-8d6e-0b0c2a6f1d11',
    'The plots need JavaScript', 'Phases and operations', 'Run it again']) {
    assert.ok(text.includes(words), words);
  }
});

test('an invalid run names the limit and the remedy before any number', async (t) => {
  const { page } = await open(t, 'invalid');
  const text = await page.innerText('body');

  assert.ok(text.indexOf('INVALID') < 60);
  assert.ok(text.indexOf('What to change') < text.indexOf('acknowledged'));
  assert.ok(!text.includes('What broke'));
});

test('a conformance page hides what passed on request and opens what failed', async (t) => {
  const { page } = await open(t, 'conform');
  assert.equal(await page.locator('.clause.passed').first().isVisible(), true);
  assert.equal(await page.locator('#EIO-UP-04 dl').isVisible(), true);

  await page.check('#hide-passed');

  assert.equal(await page.locator('.clause.passed').first().isVisible(), false);
});
