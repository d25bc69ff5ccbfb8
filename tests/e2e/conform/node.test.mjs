// The official Node server keeps every clause but the departures of the decisions in conformance/spec/interpretations.yaml.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { judge } from './judge.mjs';
import { descriptor } from './node_variants.mjs';

const repeats = Number(process.env.PLUMBLINE_REPEATS ?? 2);
// HTTP inside an open WebSocket (I-0002), 500 for other methods (I-0011), no probe needed (I-0007), close packet, events
// and acknowledgements without payload ignored (I-0001, I-0003), no binary event without attachments (I-0008), nobody
// answers beside the path (I-0017), attachments awaited for ever (I-0030).
const departures = ['EIO-CL-03', 'EIO-HS-18', 'EIO-HS-19', 'EIO-HS-21', 'EIO-PO-08', 'EIO-UP-10', 'SIO-AK-11', 'SIO-BI-12', 'SIO-BI-14', 'SIO-EV-04'];

async function start(t, ...variant) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('node_server.mjs', import.meta.url)), '0', ...variant],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return line.split(' ').at(-1);
}

for (let i = 1; i <= repeats; ++i) {
  test(`the official Node server, described by a file, run ${i}`, async (t) => {
    const url = await start(t, 'plain');
    await writeFile('node.yaml', descriptor(url, 'plain'));
    const run = await judge(['--target', 'node.yaml']);
    assert.equal(run.code, 1, run.stdout + run.stderr);
    // I-0006: a second WebSocket takes over a session that began on WebSocket.
    assert.deepEqual(run.with_verdict('FAIL'), ['EIO-UP-08'], run.stdout);
    // I-0005: two CONNECTs at once make two sockets.
    assert.deepEqual(run.with_verdict('WARN'), ['SIO-CO-12'], run.stdout);
    const tolerated = run.with_verdict('NON_STRICT');
    assert.deepEqual(tolerated, departures, run.stdout);
    const told = run.with_verdict('INFO').length;
    const absent = run.with_verdict('NOT_SUPPORTED').length; // judged in another variant: variants.test.mjs
    assert.equal(run.with_verdict('PASS').length, run.clauses.size - 2 - tolerated.length - told - absent, run.stdout);
  });
}

test('by URL alone it is asked what it does not declare, and the rest does not apply', async (t) => {
  const url = await start(t);
  const run = await judge(['--target', url]);
  assert.equal(run.code, 1, run.stdout + run.stderr);
  assert.deepEqual(run.with_verdict('FAIL'), ['EIO-UP-08'], run.stdout);
  assert.deepEqual(run.with_verdict('NOT_APPLICABLE'), ['EIO-HS-03', 'EIO-UP-12', 'EIO-UP-13', 'SIO-CO-09', 'SIO-CO-10'], run.stdout);
  assert.match(run.stdout, /assumed: heartbeat 300 \+ 200 ms/);
});

test('a wrong declaration fails the clause that compares it', async (t) => {
  const url = await start(t);
  await writeFile('wrong.yaml', descriptor(url, 'undeclared', 400));
  const run = await judge(['EIO-HS-03', '--target', 'wrong.yaml']);
  assert.equal(run.code, 1, run.stdout + run.stderr);
  assert.deepEqual(run.with_verdict('FAIL'), ['EIO-HS-03']);
  assert.match(run.stdout, /FAIL {2}EIO-HS-03.*MUST\n +expected {2}as declared.*400.*\n +observed .*300/);
});
