// The official Node server keeps every clause but the two departures that are known and tolerated.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { judge } from './judge.mjs';

const repeats = Number(process.env.PLUMBLINE_REPEATS ?? 2);
const descriptor = (url, interval = 300) => `schema: target/1
target: {name: node socket.io 4.8.4}
endpoints: {socketio: {url: '${url}'}}
timing: {ping_interval_ms: ${interval}, ping_timeout_ms: 200, connect_timeout_ms: 1000}
limits: {max_payload: 1000000}
`;

async function start(t) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('node_server.mjs', import.meta.url))],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return line.split(' ').at(-1);
}

for (let i = 1; i <= repeats; ++i) {
  test(`the official Node server, described by a file, run ${i}`, async (t) => {
    const url = await start(t);
    await writeFile('node.yaml', descriptor(url));
    const run = await judge(['--target', 'node.yaml']);
    assert.equal(run.code, 0, run.stdout + run.stderr);
    // A close packet on WebSocket and an event without payload are ignored, not acted on.
    assert.deepEqual(run.with_verdict('NON_STRICT'), ['EIO-CL-03', 'SIO-EV-04'], run.stdout);
    assert.equal(run.with_verdict('PASS').length, run.clauses.size - 2, run.stdout);
  });
}

test('by URL alone it is asked what it does not declare, and the rest does not apply', async (t) => {
  const url = await start(t);
  const run = await judge(['--target', url]);
  assert.equal(run.code, 4, run.stdout + run.stderr);
  assert.deepEqual(run.with_verdict('FAIL'), [], run.stdout);
  assert.deepEqual(run.with_verdict('NOT_APPLICABLE'), ['EIO-HS-03', 'SIO-CO-09'], run.stdout);
  assert.match(run.stdout, /assumed: heartbeat 300 \+ 200 ms/);
  assert.match(run.stdout, /INCOMPLETE/);
});

test('a wrong declaration fails the clause that compares it', async (t) => {
  const url = await start(t);
  await writeFile('wrong.yaml', descriptor(url, 400));
  const run = await judge(['EIO-HS-03', '--target', 'wrong.yaml']);
  assert.equal(run.code, 1, run.stdout + run.stderr);
  assert.deepEqual(run.with_verdict('FAIL'), ['EIO-HS-03']);
  assert.match(run.stdout, /FAIL {2}EIO-HS-03.*MUST\n +expected {2}as declared.*400.*\n +observed .*300/);
});
