// Known departures: declared and there, exit 0 and no badge; anything that differs from the declaration, either way, 1.
import assert from 'node:assert/strict';
import { access, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { run } from '../plumbline.mjs';
import { judge } from './judge.mjs';

const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const mutant = ['EIO-HS', '--mutant', 'wrong-error-code', '--seed', '7'];
const plain = await judge(mutant);
const failing = plain.with_verdict('FAIL');

async function declared(clauses, more = '') {
  const file = join(await mkdtemp('known-'), 'known.yaml');
  const entries = clauses.map((id) => `- {case: ${id}, expect: FAIL, reason: on purpose, expires: ${inDays(30)}${more}}\n`);
  await writeFile(file, `schema: expectations/1\nentries:\n${entries.join('')}`);
  return ['--expectations', file];
}

test('a run that departs only as declared is conditional and ends with 0', async () => {
  assert.ok(failing.length >= 3, plain.stdout);
  const known = await judge([...mutant, ...(await declared(failing))]);

  assert.equal(known.code, 0, known.stdout + known.stderr);
  assert.match(known.stdout, /CONDITIONAL/);
  assert.deepEqual(known.with_verdict('XFAIL'), failing);
  assert.match(known.clauses.get(failing[0]).reason, /known until .*: on purpose/);
  await assert.rejects(access(join(known.out, 'badge.json')));
  const again = await run(['conform', 'rejudge', known.out]);
  assert.equal(again.code, 0, again.stdout + again.stderr);
  assert.match(await readFile(join(known.out, 'report.html'), 'utf8'), /XFAIL/);
});

test('a failure that was not declared is one', async () => {
  const known = await judge([...mutant, ...(await declared(failing.slice(1)))]);

  assert.equal(known.code, 1, known.stdout);
  assert.deepEqual(known.with_verdict('FAIL'), [failing[0]]);
});

test('a declared failure that holds is told and ends with 1', async () => {
  const known = await judge([...mutant, ...(await declared([...failing, 'EIO-HS-01']))]);

  assert.equal(known.code, 1, known.stdout);
  assert.deepEqual(known.with_verdict('XPASS'), ['EIO-HS-01']);
  assert.match(known.stdout, /unexpected +EIO-HS-01: declared FAIL, but it is PASS; remove the entry/);
  assert.equal(known.summary.reason, 'expectations');
});

test('another failure than the declared one is not excused', async () => {
  const known = await judge([...mutant, ...(await declared(failing, ", signature: 'it is on fire'"))]);

  assert.equal(known.code, 1, known.stdout);
  assert.match(known.stdout, /declared to begin with 'it is on fire', but observed/);
});

test('a file that cannot be meant is a usage error, told with its place', async () => {
  const wrong = await run(['conform', 'EIO-HS-01', ...(await declared(['EIO-XX-01']))]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /known\.yaml:3:3: no clause is called 'EIO-XX-01'/);
  assert.equal((await run(['conform', 'EIO-HS-01', '--expectations', 'nowhere.yaml'])).code, 2);
});
