// Compression of bodies and messages, the cookie, CORS and JSONP: what `serve` does when told so, on the wire.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { deflateRawSync, gunzipSync, inflateSync } from 'node:zlib';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { patience, serve } from '../plumbline.mjs';
import { openPolling, openWebSocket, request, Wire } from './wire.mjs';

const ECHO = ['--app', 'echo'];
const LONG = 'plumbline '.repeat(1000);

async function pollEcho(url, text, headers) {
  const session = await openPolling(url);
  await request(session.url, { method: 'POST', body: '40' });
  await request(session.url);
  await request(session.url, { method: 'POST', body: `42${JSON.stringify(['message', text])}` });
  return request(session.url, { headers });
}

function unframed(frame) {
  return JSON.parse(frame.slice(2));
}

for (const [coding, decode] of [['gzip', gunzipSync], ['deflate', inflateSync]]) {
  test(`a large poll answer comes as ${coding} where that is accepted`, async (t) => {
    const { url } = await serve(t, ECHO);
    const long = await pollEcho(url, LONG, { 'accept-encoding': coding });
    assert.equal(long.headers['content-encoding'], coding);
    assert.equal(Number(long.headers['content-length']), long.bytes.length);
    assert.ok(long.bytes.length < LONG.length / 5);
    assert.match(decode(long.bytes).toString(), new RegExp(`42\\["message-back","${LONG}"\\]$`));
    const short = await pollEcho(url, 'short', { 'accept-encoding': coding });
    assert.equal(short.headers['content-encoding'], undefined);
  });
}

test('poll answers are plain without Accept-Encoding, with q=0, and when compression is off', async (t) => {
  const { url } = await serve(t, ECHO);
  assert.equal((await pollEcho(url, LONG, {})).headers['content-encoding'], undefined);
  assert.equal((await pollEcho(url, LONG, { 'accept-encoding': 'gzip;q=0' })).headers['content-encoding'], undefined);
  const off = await serve(t, [...ECHO, '--http-compression', 'off']);
  assert.equal((await pollEcho(off.url, LONG, { 'accept-encoding': 'gzip' })).headers['content-encoding'], undefined);
});

for (const way of [['websocket'], ['polling', 'websocket']]) {
  test(`the official client negotiates message compression over ${way.join(' and ')}`, async (t) => {
    const { url } = await serve(t, [...ECHO, '--ws-compression', 'on']);
    const socket = io(url, { transports: way, forceNew: true, reconnection: false });
    t.after(() => socket.close());
    await once(socket, 'connect');
    while (socket.io.engine.transport.name !== 'websocket') await delay(10);
    assert.match(socket.io.engine.transport.ws.extensions, /permessage-deflate/);
    for (const value of ['x', LONG, Buffer.from(LONG), { deep: [LONG, Buffer.from([1, 2])] }]) {
      const [back] = await Promise.all([once(socket, 'message-back'), socket.emit('message', value)]);
      assert.deepEqual(JSON.stringify(back[0]), JSON.stringify(value));
    }
  });
}

test('messages above the threshold are compressed, others are not', async (t) => {
  const { url } = await serve(t, [...ECHO, '--ws-compression', 'on']);
  const wire = await openWebSocket(url);
  const raw = [];
  wire.socket._socket.on('data', (bytes) => raw.push(bytes));
  wire.send('40');
  await wire.next();
  await wire.next();
  raw.length = 0;
  wire.send(`42${JSON.stringify(['message', LONG])}`);
  assert.equal(unframed(await wire.next())[1], LONG);
  assert.equal(raw[0][0], 0xc1);
  assert.ok(Buffer.concat(raw).length < LONG.length / 5);
  raw.length = 0;
  wire.send('42["message","short"]');
  assert.equal(unframed(await wire.next())[1], 'short');
  assert.equal(raw[0][0], 0x81);
  wire.socket.terminate();
});

test('message compression needs the offer and the option', async (t) => {
  const off = await serve(t, ECHO);
  const refused = await openWebSocket(off.url);
  assert.equal(refused.socket.extensions, '');
  refused.socket.terminate();
  const on = await serve(t, [...ECHO, '--ws-compression', 'on']);
  const wire = new Wire(`${on.url}/socket.io/?EIO=4&transport=websocket`, { perMessageDeflate: false });
  await wire.next();
  assert.equal(wire.socket.extensions, '');
  wire.socket.terminate();
});

test('a compression bomb ends its connection with 1009 and nobody else notices', async (t) => {
  const { url } = await serve(t, [...ECHO, '--ws-compression', 'on', '--max-payload', '100000']);
  const other = await openWebSocket(url);
  other.send('40');
  await other.next();
  await other.next();
  const bomber = await openWebSocket(url);
  const packed = deflateRawSync(Buffer.alloc(50_000_000), { finishFlush: 2 }).subarray(0, -4);
  const head = Buffer.from([0xc1, 0x80 | 126, 0, 0, 0, 0, 0, 0]); // the mask is zero
  head.writeUInt16BE(packed.length, 2);
  bomber.socket._socket.write(Buffer.concat([head, packed]));
  assert.equal((await bomber.closedWithin(5000 * patience)).code, 1009);
  other.send('42["message","still here"]');
  assert.deepEqual(unframed(await other.next()), ['message-back', 'still here']);
  other.socket.terminate();
});

test('the cookie comes with the handshake only, as it was declared', async (t) => {
  const { url } = await serve(t, [...ECHO, '--cookie', 'io']);
  const opened = await request(`${url}/socket.io/?EIO=4&transport=polling`);
  const { sid } = JSON.parse(opened.body.slice(1));
  assert.deepEqual(opened.headers['set-cookie'], [`io=${sid}; Path=/; HttpOnly; SameSite=Lax`]);
  const post = await request(`${url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, { method: 'POST', body: '40' });
  assert.equal(post.headers['set-cookie'], undefined);
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  const [answer] = await once(socket, 'upgrade');
  assert.match(answer.headers['set-cookie'][0], /^io=\S{20,}; Path=\/; HttpOnly; SameSite=Lax$/);
  socket.terminate();
  const bare = await serve(t, [...ECHO, '--cookie', 'sid', '--cookie-attributes', '']);
  const other = await request(`${bare.url}/socket.io/?EIO=4&transport=polling`);
  assert.match(other.headers['set-cookie'][0], /^sid=[\w-]{20,}$/);
});

test('an allow-list answers its members with credentials and others with nothing', async (t) => {
  const { url } = await serve(t, [...ECHO, '--cors', 'https://a.example,https://b.example']);
  const target = `${url}/socket.io/?EIO=4&transport=polling`;
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-a' };
  for (const method of ['GET', 'OPTIONS']) {
    const asked = method === 'OPTIONS' ? preflight : {};
    const good = await request(target, { method, headers: { origin: 'https://b.example', ...asked } });
    assert.equal(good.headers['access-control-allow-origin'], 'https://b.example');
    assert.equal(good.headers['access-control-allow-credentials'], 'true');
    assert.match(good.headers.vary, /Origin/);
    for (const origin of ['https://evil.example', 'https://b.example.evil.example', 'null']) {
      const other = await request(target, { method, headers: { origin, ...asked } });
      assert.equal(other.headers['access-control-allow-origin'], undefined);
      assert.equal(other.headers['access-control-allow-credentials'], undefined);
    }
  }
});

test('with CORS off a preflight is a bad handshake', async (t) => {
  const { url } = await serve(t, [...ECHO, '--cors', 'off']);
  const headers = { origin: 'https://a.example', 'access-control-request-method': 'GET' };
  const answer = await request(`${url}/socket.io/?EIO=4&transport=polling`, { method: 'OPTIONS', headers });
  assert.deepEqual([answer.status, JSON.parse(answer.body).code], [400, 2]);
  assert.equal(answer.headers['access-control-allow-origin'], undefined);
});

test('JSONP is refused as a bad request, and opens no session', async (t) => {
  const { url } = await serve(t, ECHO);
  const answer = await request(`${url}/socket.io/?EIO=4&transport=polling&j=0`);
  assert.deepEqual([answer.status, JSON.parse(answer.body)], [400, { code: 3, message: 'Bad request' }]);
  assert.equal(answer.headers['content-type'], 'application/json');
});
