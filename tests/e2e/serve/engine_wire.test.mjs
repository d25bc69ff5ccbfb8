// Engine.IO on the wire of a running server: what unit tests cannot see, because sockets and HTTP are involved.
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { test } from 'node:test';
import { patience, serve } from '../plumbline.mjs';
import { openPolling, openWebSocket, raw, request, Wire } from './wire.mjs';

const QUICK = ['--ping-interval', '300', '--ping-timeout', '200', '--max-payload', '1000'];
const ENGINE = ['--app', 'engine-echo', '--shards', '2'];
const FAST = 150 * patience;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

for (const [name, query, init, code] of [
  ['EIO missing', 'transport=polling', {}, 5],
  ['EIO 3', 'EIO=3&transport=polling', {}, 5],
  ['transport unknown', 'EIO=4&transport=abc', {}, 0],
  ['no upgrade', 'EIO=4&transport=websocket', {}, 3],
  ['POST without sid', 'EIO=4&transport=polling', { method: 'POST', body: '4x' }, 2],
  ['PUT without sid', 'EIO=4&transport=polling', { method: 'PUT' }, 2],
  ['unknown sid', 'EIO=4&transport=polling&sid=nonsense', {}, 1],
  ['unknown sid of another shard', `EIO=4&transport=polling&sid=${'A'.repeat(20)}B`, {}, 1],
]) {
  test(`refused: ${name} is ${code}`, async (t) => {
    const { url } = await serve(t, ENGINE);
    const answer = await request(`${url}/socket.io/?${query}`, init);
    assert.equal(answer.status, 400);
    assert.match(answer.headers['content-type'], /^application\/json/);
    assert.equal(JSON.parse(answer.body).code, code);
  });
}

for (const [name, query, status] of [
  ['EIO missing', 'transport=websocket', 400],
  ['EIO 3', 'EIO=3&transport=websocket', 400],
  ['transport polling', 'EIO=4&transport=polling', 400],
  ['unknown sid', 'EIO=4&transport=websocket&sid=x', 400],
]) {
  test(`WebSocket handshake refused before the 101: ${name}`, async (t) => {
    const { url } = await serve(t, ENGINE);
    assert.equal((await new Wire(`${url}/socket.io/?${query}`).refused).status, status);
  });
}

test('headers of polls and posts', async (t) => {
  const { url } = await serve(t, ENGINE);
  const session = await openPolling(url);
  const posted = await request(session.url, { method: 'POST', body: '4héllo', headers: { origin: 'http://a' } });
  assert.equal(posted.body, 'ok');
  assert.equal(posted.headers['access-control-allow-origin'], '*');
  assert.equal(posted.headers['access-control-allow-credentials'], undefined);
  const polled = await request(session.url, { headers: { 'x-request-id': 'r1' } });
  assert.equal(polled.body, '4héllo');
  assert.equal(polled.headers['content-type'], 'text/plain; charset=UTF-8');
  assert.equal(polled.headers['cache-control'], 'no-store');
  assert.equal(polled.headers['x-request-id'], 'r1');
  assert.equal(Number(polled.headers['content-length']), Buffer.byteLength('4héllo'));
});

test('second GET is refused, the first answered with 1', async (t) => {
  const { url } = await serve(t, ENGINE);
  const session = await openPolling(url);
  const first = request(session.url);
  await sleep(50);
  assert.equal((await request(session.url)).status, 400);
  assert.equal((await first).body, '1');
  assert.equal(JSON.parse((await request(session.url)).body).code, 1);
});

test('second POST is refused and the first cut off', async (t) => {
  const { url, port } = await serve(t, ENGINE);
  const session = await openPolling(url);
  const { pathname, search } = new URL(session.url);
  const slow = raw(port, `POST ${pathname}${search} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n4hol`, { ms: 5000 });
  await sleep(50);
  assert.equal((await request(session.url, { method: 'POST', body: '4x' })).status, 400);
  assert.deepEqual(await slow, { text: '', closed: true });
  assert.equal((await request(session.url)).status, 400);
});

test('a cut GET ends the session', async (t) => {
  const { url } = await serve(t, ENGINE);
  const session = await openPolling(url);
  const { port } = new URL(url);
  const socket = net.connect(port, '127.0.0.1');
  const { pathname, search } = new URL(session.url);
  socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await sleep(50);
  socket.destroy();
  await sleep(FAST);
  assert.equal(JSON.parse((await request(session.url)).body).code, 1);
});

test('PUT, PATCH, DELETE and HEAD with a sid are refused and harmless', async (t) => {
  const { url } = await serve(t, ENGINE);
  const session = await openPolling(url);
  for (const method of ['PUT', 'PATCH', 'DELETE', 'HEAD']) {
    assert.equal((await request(session.url, { method })).status, 400, method);
  }
  await request(session.url, { method: 'POST', body: '4alive' });
  assert.equal((await request(session.url)).body, '4alive');
});

test('a handshake that meets a server shutting down is answered 503 and nothing else', async (t) => {
  const { port, stop } = await serve(t, ENGINE);
  const client = net.connect(port, '127.0.0.1');
  t.after(() => client.destroy());
  let answer = '';
  client.setEncoding('utf8').on('data', (text) => (answer += text));
  const closed = new Promise((resolve) => client.on('close', resolve));
  client.write('GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n'); // under way, so it is not idle
  await sleep(FAST);
  const ended = stop();
  await sleep(FAST);
  client.write('\r\n');
  await closed;
  assert.match(answer, /^HTTP\/1\.1 503 /);
  assert.match(answer, /\r\nRetry-After: 1\r\n/i);
  assert.match(answer, /\r\nContent-Length: 0\r\n/);
  assert.equal(await ended, 0);
});

test('payload limit counts bytes, refuses before the body and spares the session', async (t) => {
  const { url, port } = await serve(t, [...ENGINE, ...QUICK]);
  const session = await openPolling(url);
  const exact = `4${'€'.repeat(333)}`; // 1,000 bytes
  assert.equal((await request(session.url, { method: 'POST', body: exact })).status, 200);
  const counted = await request(session.url, { method: 'POST', body: `${exact}x` });
  assert.deepEqual([counted.status, counted.body], [413, '']); // as the official server
  const chunked = await request(session.url, {
    method: 'POST', body: `${exact}x`, headers: { 'transfer-encoding': 'chunked' },
  });
  assert.deepEqual([chunked.status, chunked.body], [413, '']);
  const { pathname, search } = new URL(session.url);
  const promised = await raw(port, `POST ${pathname}${search} HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000000\r\n\r\n`);
  assert.match(promised.text, /^HTTP\/1\.1 413 /);
  assert.equal((await request(session.url)).body, exact);

  const wire = await openWebSocket(url);
  wire.send(exact);
  assert.equal(await wire.next(), exact);
  wire.send(`${exact}x`);
  assert.equal((await wire.closedWithin(FAST)).code, 1009);
});

test('chunked and split bodies arrive whole', async (t) => {
  const { url, port } = await serve(t, ENGINE);
  const session = await openPolling(url);
  const { pathname, search } = new URL(session.url);
  const socket = net.connect(port, '127.0.0.1').setNoDelay();
  const bytes = Buffer.from(
    `POST ${pathname}${search} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n4\xc3\xa9\r\n1\r\nz\r\n0\r\n\r\n`, 'latin1');
  for (const byte of bytes) {
    socket.write(Buffer.from([byte]));
    await new Promise(setImmediate);
  }
  await sleep(50);
  socket.destroy();
  assert.equal((await request(session.url)).body, '4éz');
});

test('pipelined requests are answered in order', async (t) => {
  const { port } = await serve(t, ENGINE);
  const two = 'GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /nope HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  const { text, closed } = await raw(port, two);
  assert.ok(closed);
  assert.deepEqual(text.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 404']);
});

const HEAD_LIMIT = 1000;

// How long the server keeps a connection that writes as it is told to, and what it answers.
async function kept(port, write) {
  const socket = net.connect(port, '127.0.0.1').setNoDelay();
  let text = '';
  socket.setEncoding('latin1').on('data', (part) => (text += part)).on('error', () => {});
  const closed = new Promise((resolve) => socket.on('close', () => resolve(true)));
  const begun = performance.now();
  const stop = write(socket);
  const ended = await Promise.race([closed, sleep(5 * HEAD_LIMIT * patience).then(() => false)]);
  stop?.();
  socket.destroy();
  return { text, ended, after: performance.now() - begun };
}

test('empty lines before a request are ignored, and buy no time for its header', async (t) => {
  const { port } = await serve(t, [...ENGINE, '--head-timeout', String(HEAD_LIMIT)]);
  const asked = await kept(port, (socket) => {
    const pieces = ['\r', '\n', '\r\n\r', '\n', 'GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'];
    pieces.forEach((piece, i) => setTimeout(() => socket.write(piece), 20 * i));
  });
  assert.match(asked.text, /^HTTP\/1\.1 200 /);

  const idle = await kept(port, (socket) => {
    const timer = setInterval(() => socket.write('\r\n'), HEAD_LIMIT / 20);
    return () => clearInterval(timer);
  });
  assert.ok(idle.ended, `still open after ${idle.after} ms of empty lines`);
  assert.ok(idle.after > HEAD_LIMIT * 0.9, `cut off after ${idle.after} ms`);
});

test('a header that begins behind a whole request has the same time', async (t) => {
  const { port } = await serve(t, [...ENGINE, '--head-timeout', String(HEAD_LIMIT)]);
  const { text, ended } = await kept(port, (socket) => {
    socket.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /health');
  });
  assert.ok(ended);
  assert.deepEqual(text.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 408']);
});

test('one Host header is demanded, the absolute form is understood', async (t) => {
  const { port } = await serve(t, ENGINE);
  const status = async (head) => (await raw(port, `${head}Connection: close\r\n\r\n`)).text.slice(9, 12);
  assert.equal(await status('GET /health HTTP/1.1\r\n'), '400');
  assert.equal(await status('GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n'), '400');
  assert.equal(await status('GET /health HTTP/1.0\r\n'), '200');
  assert.equal(await status('GET http://127.0.0.1/health HTTP/1.1\r\nHost: 127.0.0.1\r\n'), '200');
});

test('heartbeat on WebSocket: closed on time without pongs, not before', async (t) => {
  const { url } = await serve(t, [...ENGINE, ...QUICK]);
  const wire = new Wire(`${url}/socket.io/?EIO=4&transport=websocket`);
  wire.answerPings = false;
  await wire.next();
  const start = performance.now();
  assert.equal(await wire.next(), '2');
  const { at } = await wire.closedWithin(2000 * patience);
  assert.ok(at - start > 460 && at - start < 500 + FAST, `closed after ${at - start} ms`);
});

test('close packet on WebSocket closes at once; the close handshake is echoed', async (t) => {
  const { url } = await serve(t, ENGINE);
  const wire = await openWebSocket(url);
  wire.send('1');
  await wire.closedWithin(FAST);
  const other = await openWebSocket(url);
  other.socket.close(1000);
  assert.equal((await other.closedWithin(FAST)).code, 1000);
});

test('WebSocket of a websocket-only session is refused with 400', async (t) => {
  const { url } = await serve(t, ENGINE);
  const first = await openWebSocket(url);
  const second = new Wire(`${url}/socket.io/?EIO=4&transport=websocket&sid=${first.handshake.sid}`);
  assert.equal((await second.refused).status, 400);
  first.send('4alive');
  assert.equal(await first.next(), '4alive');
});

test('upgrade over 40 sessions and two shards: probe, noop, then WebSocket only', async (t) => {
  const { url } = await serve(t, ENGINE);
  for (let round = 0; round < 40; round += 1) {
    const session = await openPolling(url);
    const parked = request(session.url);
    await request(session.url, { method: 'POST', body: '4a' });
    assert.equal((await parked).body, '4a');
    const wire = new Wire(session.url.replace('transport=polling', 'transport=websocket'));
    await new Promise((resolve) => wire.socket.on('open', resolve));
    const noop = request(session.url);
    await sleep(2);
    wire.send('2probe');
    assert.equal(await wire.next(), '3probe');
    assert.equal((await noop).body, '6');
    await request(session.url, { method: 'POST', body: '4b' });
    wire.send('5');
    wire.send('4c');
    assert.equal(await wire.next(), '4b');
    assert.equal(await wire.next(), '4c');
    assert.equal((await request(session.url)).status, 400);
    wire.socket.close();
  }
});

test('noise is answered with 4xx or a close, and the server lives', async (t) => {
  const { url, port } = await serve(t, ENGINE);
  const noise = [
    '\x16\x03\x01\x02\x00\x01\x00', 'GET\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n\r\n`,
    'GET / HTTP/1.1\r\nbad header\r\n\r\n', 'POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n',
    'POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', '{}'.repeat(9000),
  ];
  for (const bytes of noise) {
    const { text, closed } = await raw(port, Buffer.from(bytes, 'latin1'), { ms: 2000 * patience });
    assert.ok(closed, JSON.stringify(bytes.slice(0, 40)));
    assert.match(text, /^(HTTP\/1\.1 4\d\d |$)/, JSON.stringify(bytes.slice(0, 40)));
  }
  const wire = await openWebSocket(url);
  wire.socket._socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 2, 3]));
  assert.equal((await wire.closedWithin(FAST)).code, 1002);
  assert.equal((await request(`${url}/health`)).status, 200);
});

test('preflight, gzip, health and metrics', async (t) => {
  const { url } = await serve(t, [...ENGINE, '--cors', 'http://a.example']);
  const preflight = await request(`${url}/socket.io/`, {
    method: 'OPTIONS', headers: { origin: 'http://a.example', 'access-control-request-method': 'POST' },
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers['access-control-allow-origin'], 'http://a.example');
  assert.equal(JSON.parse((await request(`${url}/health`)).body).durability, 'process');
  const metrics = await request(`${url}/metrics`, { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(metrics.headers['content-encoding'], 'gzip');
  assert.match(metrics.headers['content-type'], /^text\/plain; version=0\.0\.4/);
  assert.match((await request(`${url}/metrics`)).body, /^plumbline_http_requests_total \d+$/m);
  assert.equal((await request(`${url}/health`, { method: 'POST' })).status, 405);
});

test('SIGTERM: WebSockets are closed with 1001, polls answered, exit code 0', async (t) => {
  const server = await serve(t, ENGINE);
  const wire = await openWebSocket(server.url);
  const session = await openPolling(server.url);
  const parked = request(session.url);
  const agent = new http.Agent({ keepAlive: true });
  await new Promise((resolve) => http.get(`${server.url}/health`, { agent }, (res) => res.resume().on('end', resolve)));
  await sleep(50);
  const code = server.stop();
  assert.equal((await wire.closedWithin(2000 * patience)).code, 1001);
  assert.equal((await parked).body, '1');
  assert.equal(await code, 0);
  agent.destroy();
});
