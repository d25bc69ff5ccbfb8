// Socket.IO on the wire of `serve --app echo`: literal packets, fast closes with an attributable cause.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { patience, run, serve } from '../plumbline.mjs';
import { openPolling, openWebSocket, request } from './wire.mjs';

const ECHO = ['--app', 'echo', '--connect-timeout', '1000'];
const FAST = 150 * patience;

async function joined(url, packet = '40') {
  const wire = await openWebSocket(url);
  wire.send(packet);
  assert.match(await wire.next(), /^40/);
  assert.match(await wire.next(), /^42.*\["auth",/);
  return wire;
}

test('packets come back byte by byte', async (t) => {
  const { url } = await serve(t, ECHO);
  const wire = await joined(url);
  for (const [sent, answer] of [
    ['42["message",1,"2",{"3":[true]}]', '42["message-back",1,"2",{"3":[true]}]'],
    ['42456["message-with-ack",1,"2",{"3":[false]}]', '43456[1,"2",{"3":[false]}]'],
    ['420["message-with-ack"]', '430[]'],
    ['429007199254740991["message-with-ack"]', '439007199254740991[]'],
    ['450-["message","zero"]', '42["message-back","zero"]'],
  ]) {
    wire.send(sent);
    assert.equal(await wire.next(), answer);
  }
  wire.send('452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
  wire.send(Buffer.from([1, 2, 3]));
  wire.send('3');
  wire.send(Buffer.from([4]));
  assert.equal(await wire.next(), '452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
  assert.deepEqual(await wire.next(), Buffer.from([1, 2, 3]));
  assert.deepEqual(await wire.next(), Buffer.from([4]));
});

test('namespaces answer under their own name', async (t) => {
  const { url } = await serve(t, ECHO);
  const wire = await openWebSocket(url);
  wire.send('40/random,');
  assert.equal(await wire.next(), '44/random,{"message":"Invalid namespace"}');
  wire.send('40/custom,{"a":1}');
  assert.match(await wire.next(), /^40\/custom,\{"sid":"[^"]+"\}$/);
  assert.equal(await wire.next(), '42/custom,["auth",{"a":1}]');
  wire.send('42/custom,9["message-with-ack",1]');
  assert.equal(await wire.next(), '43/custom,9[1]');
  wire.send('41/custom,');
  wire.send('40');
  assert.match(await wire.next(), /^40\{"sid"/);
});

for (const packet of [
  '40', '47', '4abc', '4', '44{"message":"x"}', '42', '42{}', '42[]', '42[null]', '42["connect"]', '42["x"', '42abc["x"]',
  '42/custom,["x"]', '41{"a":1}', '45["x"]', '4511-["x"]', '40/custom,[]', 'abc', '', '2',
]) {
  test(`closed at once: ${JSON.stringify(packet)}`, async (t) => {
    const { url } = await serve(t, ECHO);
    const wire = await joined(url);
    wire.send(packet);
    await wire.closedWithin(FAST);
  });
}

test('connect timeout fires, but not for who joined and left', async (t) => {
  const { url } = await serve(t, [...ECHO, '--ping-interval', '300', '--ping-timeout', '200']);
  const left = await joined(url);
  left.send('41');
  const silent = await openWebSocket(url);
  const start = performance.now();
  const { at } = await silent.closedWithin(1000 + 4 * FAST);
  assert.ok(at - start > 900, `closed after ${at - start} ms`);
  left.send('40');
  assert.match(await left.next(), /^40/);
});

test('polling: connect, event and answer in literal payloads', async (t) => {
  const { url } = await serve(t, ECHO);
  const session = await openPolling(url);
  await request(session.url, { method: 'POST', body: '40{"token":"1"}' });
  const connected = await request(session.url);
  assert.match(connected.body, /^40\{"sid":"[^"]+"\}\x1e42\["auth",\{"token":"1"\}\]$/);
  await request(session.url, {
    method: 'POST', body: '451-["message",{"_placeholder":true,"num":0}]\x1ebAQIDBA==\x1e421["message-with-ack"]',
  });
  const answer = await request(session.url);
  assert.equal(answer.body, '451-["message-back",{"_placeholder":true,"num":0}]\x1ebAQIDBA==\x1e431[]');
});

test('a client that does not read is dropped, the others are served', async (t) => {
  const { url } = await serve(t, ECHO);
  const frozen = await joined(url);
  frozen.socket._socket.pause();
  const talker = await joined(url);
  const text = 'x'.repeat(100_000);
  for (let round = 0; round < 300; round += 1) {
    talker.send(JSON.stringify(['bcast', text]).replace(/^/, '42'));
    assert.ok((await talker.next()).length > 100_000);
  }
  const metrics = (await request(`${url}/metrics`)).body;
  assert.match(metrics, /^plumbline_overflow_disconnects_total 1$/m);
  talker.send('421["message-with-ack"]');
  assert.equal(await talker.next(), '431[]');
  frozen.socket.terminate();
});

test('port in use: exit code 6 and one sentence', async (t) => {
  const { port } = await serve(t, [...ECHO, '--shards', '2']);
  for (const shards of ['1', '2']) {
    const second = await run(['serve', '--app', 'echo', '--port', String(port), '--shards', shards]);
    assert.equal(second.code, 6);
    assert.match(second.stderr, /^plumbline serve: 127\.0\.0\.1:\d+ is in use by another process; .*\n$/);
  }
});
