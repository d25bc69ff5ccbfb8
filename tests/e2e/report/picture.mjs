// Takes the picture of a real report that the README shows: node picture.mjs RUN_DIRECTORY OUT.png [light|dark] [height]
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [directory, out, colorScheme = 'light', height = '1400'] = process.argv.slice(2);
if (!directory || !out) {
  console.error('usage: node picture.mjs RUN_DIRECTORY OUT.png [light|dark] [height]');
  process.exit(2);
}
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
const page = await browser.newPage({ viewport: { width: 1100, height: Number(height) }, colorScheme });
await page.goto(pathToFileURL(resolve(directory, 'report.html')).href);
await page.screenshot({ path: out });
await browser.close();
