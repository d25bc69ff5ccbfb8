// `plumbline report` as a command: what it prints, what it refuses.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';

import { run } from '../plumbline.mjs';
import { runs } from './runs.mjs';

function runDirectory(name, summary) {
  mkdirSync(name, { recursive: true });
  writeFileSync(`${name}/.plumbline-run`, '');
  if (summary !== undefined) writeFileSync(`${name}/summary.json`, summary);
  return name;
}

test('prints the files it wrote and leaves the summary alone', async () => {
  const summary = JSON.stringify(runs.pass());
  const dir = runDirectory('plain', summary);

  const result = await run(['report', 'render', dir]);

  assert.equal(result.code, 0, result.stderr);
  assert.equal(result.stdout, 'plain/junit.xml\nplain/report.md\nplain/report.html\n');
  assert.equal(readFileSync('plain/summary.json', 'utf8'), summary);
  assert.match(readFileSync('plain/report.md', 'utf8'), /^### PASS chat-steady\n/);
});

test('writes only the formats asked for', async () => {
  const dir = runDirectory('chosen', JSON.stringify(runs.fail()));

  const result = await run(['report', dir, '--format', 'md,json']);

  assert.equal(result.stdout, 'chosen/summary.json\nchosen/report.md\n');
});

const refusals = [
  ['a missing directory', ['nowhere'], 2, /nowhere does not exist/],
  ['a file', ['file.txt'], 2, /file\.txt is a file/],
  ['a foreign directory', ['foreign'], 2, /foreign is no run directory: it has no summary\.json/],
  ['a run that was cut off', ['cut'], 4, /cut is incomplete: the run was cut off/],
  ['a summary that is no JSON', ['broken'], 2, /broken: summary\.json is not valid JSON/],
  ['a summary of another schema', ['other'], 2, /schema 'plumbline\/summary\/9'/],
  ['an unknown format', ['good', '--format', 'pdf'], 2, /unknown format 'pdf'; choose among html, md, junit, json/],
  ['an unknown option', ['good', '--frobnicate'], 2, /frobnicate/],
  ['no directory', [], 2, /DIR/],
];
for (const [what, args, code, sentence] of refusals) {
  test(`refuses ${what} in one sentence`, async () => {
    writeFileSync('file.txt', 'x');
    mkdirSync('foreign', { recursive: true });
    runDirectory('cut');
    runDirectory('broken', '{"schema": "plumb');
    runDirectory('other', JSON.stringify({ ...runs.pass(), schema: 'plumbline/summary/9' }));
    runDirectory('good', JSON.stringify(runs.pass()));

    const result = await run(['report', ...args]);

    assert.equal(result.code, code, result.stderr);
    assert.match(result.stderr, sentence);
    assert.equal(result.stderr.trim().split('\n').length, 1, result.stderr);
    assert.equal(result.stdout, '');
  });
}

// What that costs is a benchmark: tests/bench/report_bench.cpp.
test('renders ten minutes of load, every second of it', async () => {
  const summary = runs.fail();
  summary.seconds = Array.from({ length: 600 }, (_, t) => ({ ...summary.seconds[t % 60], t }));
  const dir = runDirectory('long', JSON.stringify(summary));

  const result = await run(['report', dir]);

  assert.equal(result.code, 0, result.stderr);
  const [, data] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(readFileSync('long/report.html', 'utf8'));
  const { plots } = JSON.parse(data);
  assert.ok(plots.some((plot) => plot.id === 'rate'), data.slice(0, 200));
  for (const plot of plots.filter((one) => one.labels[0] === 's')) {
    assert.equal(plot.rows.length, 600, plot.id);
  }
});
