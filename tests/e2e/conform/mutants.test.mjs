// Every deliberate fault is found by exactly the clauses that are named for it in conformance/spec/mutants.yaml.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { source } from '../plumbline.mjs';
import { judge } from './judge.mjs';

// The file has one form, which the unit tests check strictly; three lines of patterns read it here.
const text = await readFile(join(source, 'conformance/spec/mutants.yaml'), 'utf8');
const list = (row, key) => (new RegExp(`${key}: \\[(.*)\\]`).exec(row)?.[1] ?? '').split(', ').filter(Boolean).sort();
const mutants = text.split(/^ {2}- id: /m).slice(1).map((row) => ({
  id: /^\S+/.exec(row)[0], fails: list(row, 'fails'), warns: list(row, 'warns'), blocks: list(row, 'blocks'), weakens: list(row, 'weakens'),
}));

test('the matrix names at least eight faults', () => assert.ok(mutants.length >= 8));

for (const mutant of mutants) {
  test(`${mutant.id} fails ${mutant.fails.join(' ')}`, async () => {
    const run = await judge(['--mutant', mutant.id]);
    assert.equal(run.code, 1, run.stdout + run.stderr);
    assert.deepEqual(run.with_verdict('FAIL'), mutant.fails, run.stdout);
    assert.deepEqual(run.with_verdict('WARN'), mutant.warns, run.stdout);
    assert.deepEqual(run.with_verdict('BLOCKED'), mutant.blocks, run.stdout);
    assert.deepEqual(run.with_verdict('NON_STRICT'), mutant.weakens, run.stdout);
    // Clauses of level INFO only tell; all others pass as they do without the fault.
    const told = run.with_verdict('INFO').length;
    const others = mutant.fails.length + mutant.warns.length + mutant.blocks.length + mutant.weakens.length;
    assert.equal(run.with_verdict('PASS').length, run.clauses.size - others - told, run.stdout);
    for (const id of mutant.blocks) {
      assert.ok(mutant.fails.includes(run.clauses.get(id).blocked_by), `${id} names its root`);
    }
    assert.match(run.clauses.get(mutant.fails[0]).reproduce, new RegExp(`--mutant ${mutant.id} `));
  });
}
