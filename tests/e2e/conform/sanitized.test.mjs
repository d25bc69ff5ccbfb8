// What the sanitizers say of whole runs: of the judge, of the server it judges, and of the server with faults switched on.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { run as plumbline } from '../plumbline.mjs';
import { judge } from './judge.mjs';

const faults = ['event-twice', 'separator-at-end', 'second-header-replaces', 'no-max-payload', 'never-timeout'];

function says_nothing(words) {
  return async () => {
    const run = await judge(words);
    assert.doesNotMatch(run.stdout + run.stderr, /Sanitizer|runtime error/);
    assert.ok([0, 1, 4].includes(run.code), `${run.code} ${run.stderr}`);
    assert.ok(run.clauses.size >= 165, run.stdout);

    const again = await plumbline(['conform', 'rejudge', run.out]);
    assert.equal(again.code, 0, again.stdout + again.stderr);
    assert.ok((await readFile(join(run.out, 'report.html'))).length > 0);
  };
}

// One waits for its clocks while another computes what it saw.
test('sanitizers', { concurrency: 2 }, (all) => Promise.all(
  [[], ...faults.map((fault) => ['--mutant', fault])].map((words) =>
    all.test(`conform ${words.join(' ')}`.trim(), says_nothing(words)))));
