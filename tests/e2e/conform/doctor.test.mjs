// Before a run: a target file to start from, and what is missing so that every clause can be judged.
import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { run, serve } from '../plumbline.mjs';

test('init writes a target file, doctor says what it still needs, and the needed line makes it whole', async (t) => {
  const server = await serve(t, ['--app', 'echo', '--ping-interval', '300', '--ping-timeout', '200',
    '--connect-timeout', '1000']);
  const made = await run(['conform', 'init', '--target', server.url]);
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /ping_interval_ms: 300\n/);
  const file = join(await mkdtemp('init-'), 'target.yaml');
  await writeFile(file, made.stdout);
  const before = await run(['doctor', '--target', file]);
  assert.equal(before.code, 4, before.stdout + before.stderr);
  assert.match(before.stdout, /needs +a target file that declares timing\.connect_timeout_ms.*\n.*SIO-CO-09/);

  await writeFile(file, made.stdout.replace('# connect_timeout_ms: 45000', 'connect_timeout_ms: 1000'));
  const after = JSON.parse((await run(['doctor', '--target', file, '--json'])).stdout);
  assert.ok(!after.needs.some((row) => row.clauses.includes('SIO-CO-09')), JSON.stringify(after.needs));
});

test('a target that is not there is told with its own code', async () => {
  for (const words of [['doctor'], ['conform', 'init']]) {
    const gone = await run([...words, '--target', 'http://127.0.0.1:1']);
    assert.equal(gone.code, 3, gone.stderr);
    assert.match(gone.stderr, /refused the connection; is the server running\?/);
  }
  assert.equal((await run(['conform', 'init'])).code, 2);
  assert.equal((await run(['doctor', '--target', 'nonsense'])).code, 2);
});
