// The judge before clients: our own and the official one keep every clause; what was recorded is judged the same again.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { run } from '../../plumbline.mjs';
import { judge } from '../judge.mjs';

const official = fileURLToPath(new URL('official.mjs', import.meta.url));
await writeFile('official.yaml', `schema: target/1
target: {name: socket.io-client on Node}
client: {command: '"${process.execPath}" "${official}" {url}'}
capabilities: {sio.recovery: true}
`);

test('our own client keeps every clause that applies to it', async () => {
  const found = await judge(['--subject', 'client']);
  assert.equal(found.code, 0, found.stdout + found.stderr);
  assert.deepEqual(found.with_verdict('NOT_SUPPORTED'), ['CLI-12'], 'it does not resume what it lost');
  assert.equal(found.with_verdict('PASS').length, found.clauses.size - 1, found.stdout);
});

test('the official client keeps every clause, and the stored run is judged the same again', async () => {
  const found = await judge(['--subject', 'client', '--target', 'official.yaml']);
  assert.equal(found.code, 0, found.stdout + found.stderr);
  // A message instead of an open packet is told only when its own 20 s to connect are over.
  assert.deepEqual(found.with_verdict('NON_STRICT'), ['CLI-02'], found.stdout);
  assert.equal(found.with_verdict('PASS').length, found.clauses.size - 1, found.stdout);

  const again = await run(['conform', 'rejudge', found.out], { timeoutMs: 60_000 });
  assert.equal(again.code, 0, again.stdout + again.stderr);
  assert.match(again.stdout, /the same as stored, bit for bit/);
});

// What clients of other projects do beyond ours and the official one (docs/targets.md). No text forbids it.
const ways = [
  { way: 'pong-at-open', clauses: ['CLI-06'], tolerated: ['CLI-06'] },
  { way: 'bare-event-as-message', clauses: ['CLI-04', 'CLI-05'], tolerated: [] },
];
for (const { way, clauses, tolerated } of ways) {
  test(`${way} is no failure of ${clauses.join(' and ')}`, async () => {
    await writeFile(`${way}.yaml`, `schema: target/1
target: {name: 'socket.io-client, ${way}'}
client: {command: '"${process.execPath}" "${official}" {url} --mutant ${way}'}
`);
    const found = await judge([...clauses, '--subject', 'client', '--target', `${way}.yaml`]);
    assert.equal(found.code, 0, found.stdout + found.stderr);
    assert.deepEqual(clauses.filter((id) => found.clauses.get(id).verdict === 'NON_STRICT'), tolerated, found.stdout);
  });
}

test('a program that never says that it is ready leaves every clause open', async () => {
  await writeFile('mute.yaml', "schema: target/1\ntarget: {name: mute}\nclient: {command: 'false {url}'}\n");
  const found = await judge(['CLI-01', 'CLI-06', '--subject', 'client', '--target', 'mute.yaml']);
  assert.equal(found.code, 4, found.stdout + found.stderr);
  assert.deepEqual(found.with_verdict('INCONCLUSIVE'), ['CLI-01', 'CLI-06'], found.stdout);
  assert.match(found.stdout, /never said that it is ready/);
});

test('a client cannot be judged as a server, nor a server as a client', async () => {
  const as_server = await run(['conform', '--target', 'official.yaml']);
  assert.equal(as_server.code, 2, as_server.stderr);
  assert.match(as_server.stderr, /say --subject client/);
  await writeFile('server.yaml',
    "schema: target/1\ntarget: {name: s}\nendpoints: {socketio: {url: 'http://127.0.0.1:1'}}\n");
  const as_client = await run(['conform', '--subject', 'client', '--target', 'server.yaml']);
  assert.equal(as_client.code, 2, as_client.stderr);
  assert.match(as_client.stderr, /client: \{command/);
});
