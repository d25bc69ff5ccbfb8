// A target that dies or hangs in the middle is started again by its own command, the rest is judged, and nothing that
// was started is left behind.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { judge } from './judge.mjs';

const script = fileURLToPath(new URL('fragile_server.mjs', import.meta.url));

async function free_port() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.on('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function target(control) {
  const folder = await mkdtemp('fragile-');
  const port = await free_port();
  const file = join(folder, 'target.yaml');
  await writeFile(file, `schema: target/1
target: {name: fragile}
endpoints: {socketio: {url: 'http://127.0.0.1:${port}'}}
timing: {ping_interval_ms: 300, ping_timeout_ms: 200, connect_timeout_ms: 1000}
control: {start: ${JSON.stringify(control(port))}}
`);
  return { file, starts: async () => (await readFile(join(folder, 'starts.txt'), 'utf8')).trim().split('\n').map(Number) };
}

const gone = (pid) => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};

const weaknesses = [['dies', /accepts no connections any more/], ['hangs', /answers no request any more/]];
// Side by side: each waits for its target most of the time.
test('a weak target fails where it did, is started again, and is judged to the end', { concurrency: true }, async (all) => {
  await Promise.all(weaknesses.map(([weakness, words]) => all.test(`one that ${weakness}`, async () => {
    const { file, starts } = await target((port) => `exec ${process.execPath} ${script} ${port} ${weakness}`);

    const run = await judge(['EIO-HS', '--target', file]);

    assert.equal(run.code, 1, run.stdout + run.stderr);
    const fatal = run.clauses.get('EIO-HS-12');
    assert.equal(fatal.verdict, 'FAIL', run.stdout);
    assert.match(fatal.observed, words);
    assert.deepEqual(run.with_verdict('FAIL'), ['EIO-HS-12'], run.stdout);
    assert.equal(run.clauses.get('EIO-HS-01').verdict, 'PASS', run.stdout);
    assert.deepEqual(run.with_verdict('INCONCLUSIVE'), [], run.stdout);
    const pids = await starts();
    assert.ok(pids.length >= 2, `started ${pids.length} times`);
    assert.deepEqual(pids.filter((pid) => !gone(pid)), []);
  })));
});

test('a start command that brings nothing up ends the run with its own code', async () => {
  const { file } = await target(() => 'exit 1');

  const run = await judge(['EIO-HS-01', '--target', file]);

  assert.equal(run.code, 3, run.stdout + run.stderr);
  assert.match(run.stderr, /control\.start brought up nothing that answers/);
});
