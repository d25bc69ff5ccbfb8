// Every deliberate fault is found by exactly the clauses that are named for it in conformance/spec/mutants.yaml. Each
// runs its named clauses, what they build on, and a seeded tenth of the others; the whole matrix of faults and cases
// is conformance/matrix/matrix.py. PLUMBLINE_MUTANT_SEED chooses the tenth again.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { run as plumbline, source } from '../plumbline.mjs';
import { judge } from './judge.mjs';

const at_a_time = 12; // each waits for its timers most of the time
const seed = process.env.PLUMBLINE_MUTANT_SEED ?? '1';
const lists = { fails: 'FAIL', warns: 'WARN', blocks: 'BLOCKED', weakens: 'NON_STRICT', tells: 'INFO', skips: 'NOT_APPLICABLE' };

// The file has one form, which the unit tests check strictly; a few lines of patterns read it here.
const text = await readFile(join(source, 'conformance/spec/mutants.yaml'), 'utf8');
const value = (row, key) => new RegExp(`^    ${key}: (.*)$`, 'm').exec(row)?.[1] ?? '';
const ids = (row, key) => value(row, key).replace(/[[\]]/g, '').split(', ').filter(Boolean).sort();
const mutants = text.split(/^ {2}- id: /m).slice(1).map((row) => ({
  id: /^\S+/.exec(row)[0],
  row: value(row, 'row'),
  variant: value(row, 'variant') || 'plain',
  unsteady: value(row, 'unsteady'),
  ...Object.fromEntries(Object.keys(lists).map((key) => [key, ids(row, key)])),
}));
const clauses = JSON.parse((await plumbline(['conform', 'list', '--json'])).stdout).filter((c) => c.status === 'active');
// What a variant shows without a fault: judged once, for all its faults.
const sound = new Map();
function without_fault(variant) {
  if (!sound.has(variant)) sound.set(variant, judge(['--variant', variant]));
  return sound.get(variant);
}
const named = (mutant) => Object.keys(lists).flatMap((key) => mutant[key]);

function tenth(mutant, clean) {
  const taken = (id) => createHash('sha256').update(`${seed} ${mutant.id} ${id}`).digest()[0] < 256 / 10;
  // A variant may be there for few of them.
  return clauses.map((clause) => clause.id).filter((id) => clean.clauses.has(id) && !named(mutant).includes(id) && taken(id));
}

// What is not as the table says, in sentences; clauses of level INFO only tell, with and without faults.
function departures(mutant, run, clean) {
  const judged = [...run.clauses.values()].filter((clause) => clause.level !== 'INFO');
  const wrong = [];
  for (const clause of judged) {
    const key = Object.keys(lists).find((one) => mutant[one].includes(clause.id));
    const expected = key ? lists[key] : 'PASS';
    const without = clean.clauses.get(clause.id)?.verdict;
    if (!key && ['NOT_SUPPORTED', 'NOT_APPLICABLE'].includes(without)) continue;
    // What is blocked cannot be judged: whether it still shows a lesser departure is a matter of timing.
    const lesser = key === 'blocks' && ['NON_STRICT', 'WARN'].includes(clause.verdict);
    if (clause.verdict !== expected && !lesser) {
      wrong.push(`${clause.id} is ${clause.verdict}, not ${expected}: ${clause.observed} ${clause.reason}`);
    } else if (clause.verdict === 'BLOCKED' && !mutant.fails.includes(clause.blocked_by)) {
      wrong.push(`${clause.id} is blocked by ${clause.blocked_by}, which is not named`);
    }
  }
  return wrong;
}

async function judged(mutant) {
  const clean = await without_fault(mutant.variant);
  const run = await judge([...named(mutant), ...tenth(mutant, clean), '--variant', mutant.variant, '--mutant', mutant.id]);
  return { run, wrong: departures(mutant, run, clean) };
}

test(`the tenth of the others that each fault runs beside its clauses: seed ${seed}`, () => {
  assert.ok(mutants.length >= 123, `${mutants.length} faults`);
});

// What takes longest begins first, so that nothing is left alone at the end: the variants with long timers, then the faults
// that break most, since what is broken is waited for.
const slow = ['patient', 'crowd', 'process'];
const rank = (variant) => (slow.includes(variant) ? slow.indexOf(variant) : slow.length);
const variants = [...new Set(mutants.map((mutant) => mutant.variant))].sort((a, b) => rank(a) - rank(b));
const found = mutants.filter((mutant) => named(mutant).length > 0 && !mutant.unsteady)
  .sort((a, b) => rank(a.variant) - rank(b.variant) || named(b).length - named(a).length);

function assert_found(mutant, { run, wrong }) {
  assert.deepEqual(wrong, [], run.stderr);
  assert.ok(run.clauses.has(mutant.row), `${mutant.row} was judged`);
  assert.equal(run.code === 1, mutant.fails.length > 0, `exit code ${run.code}`);
  assert.match(run.clauses.get(mutant.row).reproduce, new RegExp(`--mutant ${mutant.id} `));
}

// What departs while many run at a time, as it does where the machine is too busy to judge, is looked at again alone.
const once_more = [];

test('every fault', { concurrency: at_a_time }, (all) => Promise.all([
  ...variants.map((variant) => all.test(`without a fault: ${variant}`, async () => {
    const clean = await without_fault(variant);
    assert.ok(clean.clauses.size > 0, clean.stderr); // whether they hold is asked by variants.test.mjs
  })),
  ...found.map((mutant) =>
    all.test(`${mutant.id} is found by ${mutant.row}`, async (one) => {
      const first = await judged(mutant);
      if (first.wrong.length === 0) return assert_found(mutant, first);
      one.diagnostic(`once more, alone: ${first.wrong.join('; ')}`);
      return once_more.push(mutant);
    })),
]));

test('those to be looked at again', async (alone) => {
  assert.ok(once_more.length <= found.length / 10, `${once_more.length} of ${found.length} faults were not seen at once`);
  for (const mutant of once_more) {
    await alone.test(`${mutant.id} is found by ${mutant.row}`, async (one) => {
      const second = await judged(mutant);
      if (second.wrong.length > 0) one.diagnostic(`a last time: ${second.wrong.join('; ')}`);
      assert_found(mutant, second.wrong.length > 0 ? await judged(mutant) : second);
    });
  }
});
