// A stored run judged again: the same to the letter, on its own; and whatever was altered or cut off is told.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { executable, run } from '../plumbline.mjs';
import { judge } from './judge.mjs';

const good = await judge(['--seed', '7']);
const bad = await judge(['--mutant', 'wrong-error-code']);
const rejudge = (dir) => run(['conform', 'rejudge', dir]);

async function copy_of(out) {
  const dir = join(await mkdtemp('copy-'), 'run');
  await cp(out, dir, { recursive: true });
  return dir;
}

async function change(dir, file, from, to) {
  const text = await readFile(join(dir, file), 'utf8');
  assert.ok(text.includes(from), `${file} has no ${from}`);
  await writeFile(join(dir, file), text.replace(from, to));
}

for (const [name, stored] of Object.entries({ good, bad })) {
  test(`a ${name} run gives the same verdicts again, elsewhere and without a target`, async () => {
    const again = await rejudge(await copy_of(stored.out));
    assert.equal(again.code, 0, again.stdout + again.stderr);
    assert.match(again.stdout, /\d+ cases, \d+ verdicts: the same as stored, bit for bit/);
    const json = await run(['conform', 'rejudge', stored.out, '--json']);
    assert.equal(json.stdout, await readFile(join(stored.out, 'summary.json'), 'utf8'));
  });
}

test('a mutant is still found by the record alone', () => {
  assert.equal(bad.code, 1, bad.stdout);
  assert.ok(bad.with_verdict('FAIL').includes('EIO-HS-09'));
});

test('the badge belongs to a whole conformant run and names its record', async () => {
  const badge = JSON.parse(await readFile(join(good.out, 'badge.json'), 'utf8'));
  assert.equal(badge.message, good.code === 0 ? 'conformant' : undefined);
  assert.match(badge.report_sha256, /^[0-9a-f]{64}$/);
  await assert.rejects(stat(join(bad.out, 'badge.json')));
});

test('altered evidence is told', async () => {
  const dir = await copy_of(bad.out);
  await change(dir, 'evidence/EIO-HS-09.a.jsonl', '"saw":"bytes"', '"saw": "bytes"');
  const again = await rejudge(dir);
  assert.equal(again.code, 4, again.stdout);
  assert.match(again.stdout, /altered +evidence\/EIO-HS-09\.a\.jsonl is not what the run wrote/);
});

test('an altered verdict is told, twice', async () => {
  const dir = await copy_of(bad.out);
  await change(dir, 'report.jsonl', '"verdict":"FAIL"', '"verdict":"PASS"');
  const again = await rejudge(dir);
  assert.equal(again.code, 4, again.stdout);
  assert.match(again.stdout, /altered +report\.jsonl:\d+: the line before it, or this one, was altered/);
  assert.match(again.stdout, /differs +EIO-HS-\d+: PASS .* in the stored run, FAIL/);
});

test('an altered summary is told', async () => {
  const dir = await copy_of(bad.out);
  await change(dir, 'summary.json', '"FAIL"', '"PASS"');
  assert.match((await rejudge(dir)).stdout, /altered +summary\.json is not the one that the run wrote/);
});

test('a run that lost its last line is incomplete', async () => {
  const dir = await copy_of(good.out);
  const text = await readFile(join(dir, 'report.jsonl'), 'utf8');
  await writeFile(join(dir, 'report.jsonl'), text.slice(0, text.length - 20));
  const again = await rejudge(dir);
  assert.equal(again.code, 4, again.stdout);
  assert.match(again.stdout, /the run was cut off: \d+ cases of it are recorded/);
});

test('a run of another build is judged, with a note', async () => {
  const dir = await copy_of(good.out);
  await change(dir, 'report.jsonl', '"version":"', '"version":"0.0.');
  assert.match((await rejudge(dir)).stdout, /note +judged by another build/);
});

test('a killed run leaves what it had seen, and is known as incomplete', async () => {
  const out = join(await mkdtemp('killed-'), 'run');
  const child = spawn(executable, ['conform', '--out', out], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const lines = async () => (await readFile(join(out, 'report.jsonl'), 'utf8').catch(() => '')).split('\n').length;
  while ((await lines()) < 8 && child.exitCode === null) await pause(2);
  child.kill('SIGKILL');
  await ended;
  const again = await rejudge(out);
  assert.equal(again.code, 4, again.stdout + again.stderr);
  assert.match(again.stdout, /the run was cut off: [1-9]\d* cases of it are recorded/);
  const compared = await run(['conform', 'compare', good.out, out]);
  assert.equal(compared.code, 4);
  assert.match(compared.stderr, /is incomplete: the run was cut off/);
});

test('a record that cannot grow has its own exit code and leaves a readable part', async () => {
  const out = join(await mkdtemp('full-'), 'run');
  // No file may be larger than 600 KiB: the record of the case with the largest body does not fit, the report of this area does.
  const limited = spawn('bash', ['-c', 'ulimit -f 600; exec "$0" conform EIO-LM --out "$1"', executable, out]);
  let said = '';
  limited.stdout.on('data', (text) => (said += text));
  limited.stderr.on('data', (text) => (said += text));
  const code = await new Promise((resolve) => limited.on('close', resolve));
  assert.equal(code, 6, said);
  assert.match(said, /cannot write .*evidence\/EIO-.*: no file may grow that large here/);
  const summary = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8'));
  assert.equal(summary.exit_code, 6);
  assert.equal(summary.reason, 'unwritable');
  assert.ok((await stat(join(out, 'report.html'))).size > 0);
  assert.equal((await rejudge(out)).code, 4);
});

test('compare tells what got worse, and what got better the other way round', async () => {
  const worse = await run(['conform', 'compare', good.out, bad.out]);
  assert.equal(worse.code, 1, worse.stdout);
  assert.match(worse.stdout, /worse +EIO-HS-09 {2}PASS -> FAIL/);
  const better = await run(['conform', 'compare', bad.out, good.out, '--json']);
  assert.equal(better.code, 0, better.stdout);
  assert.ok(JSON.parse(better.stdout).better.some((row) => row.clause === 'EIO-HS-09'));
  assert.equal((await run(['conform', 'compare', good.out, good.out])).code, 0);
});

test('what is no run directory is a usage error', async () => {
  for (const args of [['rejudge', '.'], ['rejudge'], ['compare', good.out], ['compare', good.out, 'nowhere']]) {
    const result = await run(['conform', ...args]);
    assert.equal(result.code, 2, args.join(' ') + result.stdout);
    assert.match(result.stderr, /^plumbline conform (rejudge|compare): /);
  }
});
