// Every deliberate fault of a client is found by exactly the clauses that conformance/spec/client-mutants.yaml names.
// Beside those, each mutant runs a few of the others; PLUMBLINE_FULL_MATRIX=1 runs all of them.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

import { source } from '../../plumbline.mjs';
import { judge } from '../judge.mjs';

const text = await readFile(join(source, 'conformance/spec/client-mutants.yaml'), 'utf8');
const list = (row, key) => (new RegExp(`${key}: \\[(.*)\\]`).exec(row)?.[1] ?? '').split(', ').filter(Boolean).sort();
const lists = { fails: 'FAIL', warns: 'WARN', blocks: 'BLOCKED', doubts: 'INCONCLUSIVE' };
const mutants = text.split(/^ {2}- id: /m).slice(1).map((row) => ({
  id: /^\S+/.exec(row)[0], fails: list(row, 'fails'), warns: list(row, 'warns'), blocks: list(row, 'blocks'),
  doubts: [],
}));
const official = fileURLToPath(new URL('official.mjs', import.meta.url));
const at_a_time = 3; // each waits for its timers most of the time
const quick = ['CLI-01', 'CLI-05', 'CLI-08', 'CLI-10', 'CLI-11'];

test('the matrix names at least twenty faults', () => assert.ok(mutants.length >= 20));

async function judged(mutant, index) {
  await writeFile(`${mutant.id}.yaml`, `schema: target/1
target: {name: 'socket.io-client with the fault ${mutant.id}'}
client: {command: '"${process.execPath}" "${official}" {url} --mutant ${mutant.id}'}
capabilities: {sio.recovery: true}
`);
  const named = Object.keys(lists).flatMap((key) => mutant[key]);
  const all = process.env.PLUMBLINE_FULL_MATRIX === '1';
  const asked = all ? [] : [...new Set([...named, quick[index % quick.length]])];
  const run = await judge([...asked, '--subject', 'client', '--target', `${mutant.id}.yaml`]);
  return { run, found: Object.fromEntries(Object.entries(lists).map(([key, verdict]) => [key, run.with_verdict(verdict)])) };
}

test('every fault', { concurrency: at_a_time }, async (every) => {
  await Promise.all(mutants.map((mutant, index) =>
    every.test(`${mutant.id} is found by ${[...mutant.fails, ...mutant.warns].join(' ')}`, async (one) => {
      const expected = Object.fromEntries(Object.keys(lists).map((key) => [key, mutant[key]]));
      let { run, found } = await judged(mutant, index);
      if (!isDeepStrictEqual(found, expected)) {
        one.diagnostic(`once more, the machine may have been too busy: ${JSON.stringify(found)}`);
        ({ run, found } = await judged(mutant, index));
      }
      assert.deepEqual(found, expected, run.stdout);
    })));
});
