// The fixture's further abilities with the official client: refusals, rooms, questions, disconnects, recovery.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { patience, serve } from '../plumbline.mjs';
import { openPolling, openWebSocket, request } from './wire.mjs';

const SHARDS = [['--app', 'echo'], ['--app', 'echo', '--shards', '3']];

async function join(t, url, { nsp = '', ...options } = {}) {
  const socket = io(`${url}${nsp}`, { transports: ['websocket'], forceNew: true, reconnection: false, ...options });
  t.after(() => socket.close());
  socket.heard = [];
  socket.onAny((...event) => socket.heard.push(event));
  await Promise.race([once(socket, 'connect'), once(socket, 'connect_error').then(([error]) => Promise.reject(error))]);
  return socket;
}

const ask = (socket, ...event) => socket.timeout(5000 * patience).emitWithAck(...event);
const fence = (socket) => ask(socket, 'message-with-ack', 'fence');
const named = (socket, name) => socket.heard.filter(([event]) => event === name).map(([, ...args]) => args);

async function until(condition, what) {
  for (let i = 0; i < 500 * patience; i += 1) {
    if (condition()) return;
    await delay(10);
  }
  assert.fail(`never: ${what}`);
}

test('a refusal carries message and data, and a retry is judged anew', async (t) => {
  const { url } = await serve(t, SHARDS[0]);
  const socket = io(`${url}/deny`, { transports: ['websocket'], forceNew: true, reconnection: false, auth: { n: 1 } });
  t.after(() => socket.close());
  const [error] = await once(socket, 'connect_error');
  assert.equal(error.message, 'denied');
  assert.deepEqual(error.data, { code: 'DENIED', auth: { n: 1 } });
  socket.auth = { allow: true };
  socket.connect();
  await once(socket, 'connect');
  assert.equal(await fence(socket), 'fence');
});

test('admission steps run in order and stop at the first refusal', async (t) => {
  const { url } = await serve(t, SHARDS[0]);
  const failing = (fail) => join(t, url, { nsp: '/steps', auth: { fail } }).then(() => null, (error) => error.data);
  assert.deepEqual(await failing('first'), { steps: ['first'] });
  assert.deepEqual(await failing('second'), { steps: ['first', 'second'] });
  assert.equal(await failing('none'), null);
});

test('slow admission lets nothing through before it ends', async (t) => {
  const { url } = await serve(t, SHARDS[0]);
  const wire = await openWebSocket(url);
  const before = performance.now();
  wire.send('40/slow,');
  assert.match(await wire.next(), /^40\/slow,/);
  assert.ok(performance.now() - before >= 90);
  wire.socket.terminate();
  const gone = await openWebSocket(url);
  gone.send('40/slow,');
  gone.socket.terminate();
  await delay(200);
  const metrics = await request(`${url}/metrics`);
  assert.match(metrics.body, /plumbline_sockets 0/);
});

test('dynamic namespaces come and go with their members', async (t) => {
  const { url } = await serve(t, SHARDS[0]);
  const wire = await openWebSocket(url);
  wire.send('40/dynamic-x,');
  assert.equal(await wire.next(), '44/dynamic-x,{"message":"Invalid namespace"}');
  for (let n = 0; n < 1000; n += 1) {
    wire.send(`40/dynamic-${n},`);
    assert.match(await wire.next(), new RegExp(`^40/dynamic-${n},\\{"sid"`));
    await wire.next();
    wire.send(`41/dynamic-${n},`);
  }
  wire.send('40');
  await wire.next();
  await wire.next();
  assert.match((await request(`${url}/metrics`)).body, /plumbline_echo_namespaces 1\n/);
  wire.socket.terminate();
});

for (const args of SHARDS) {
  const on = `${args.length > 2 ? 3 : 1} shard(s)`;

  test(`rooms: union once, except, without the sender, private own room (${on})`, async (t) => {
    const { url } = await serve(t, args);
    const [a, b, c] = await Promise.all([join(t, url), join(t, url), join(t, url)]);
    assert.deepEqual(await ask(a, 'join', ['red', 'blue']), ['red', 'blue']);
    assert.deepEqual(await ask(b, 'join', 'red'), ['red']);
    assert.deepEqual(await ask(c, 'join', ['red', 'green']), ['red', 'green']);
    a.emit('room', { to: ['red', 'blue'] }, 1);
    a.emit('room', { to: ['red'], except: ['green'] }, 2);
    a.emit('room', { to: 'red', others: true }, 3);
    a.emit('room', { to: b.id }, 4);
    await until(() => named(c, 'room').length >= 2 && named(b, 'room').length >= 4, 'the first four');
    assert.deepEqual(await ask(b, 'leave', 'red'), []);
    a.emit('room', { to: 'red' }, 5);
    a.emit('room', { to: [] }, 6);
    await until(() => [a, b, c].every((socket) => named(socket, 'room').flat().includes(6)), 'the sixth');
    assert.deepEqual(named(a, 'room').flat(), [1, 2, 5, 6]);
    assert.deepEqual(named(b, 'room').flat(), [1, 2, 3, 4, 6]);
    assert.deepEqual(named(c, 'room').flat(), [1, 3, 5, 6]);
  });

  test(`questions to all: complete, partial at the bound, nobody (${on})`, async (t) => {
    const { url } = await serve(t, args);
    const [a, b, c] = await Promise.all([join(t, url), join(t, url), join(t, url)]);
    for (const [n, socket] of [a, b].entries()) socket.on('question', (x, answer) => answer(`${n}${x}`));
    await Promise.all([ask(a, 'join', 'yes'), ask(b, 'join', 'yes'), ask(c, 'join', 'mute')]);
    const answers = async (options) => {
      const [[error, all]] = await Promise.all([once(a, 'answers'), a.emit('ask-all', options, 'x')]);
      return [error, all.sort()];
    };
    assert.deepEqual(await answers({ to: ['yes'], timeout: 5000 }), [null, ['0x', '1x']]);
    assert.deepEqual(await answers({ to: ['yes', 'mute'], timeout: 300 }), ['timeout', ['0x', '1x']]);
    assert.deepEqual(await answers({ to: ['nobody'], timeout: 5000 }), [null, []]);
    assert.match((await request(`${url}/metrics`)).body, /plumbline_echo_questions 0\n/);
  });
}

test('a question is answered, or times out and its late answer is ignored', async (t) => {
  const { url } = await serve(t, SHARDS[0]);
  const socket = await join(t, url);
  let late;
  socket.on('question', (kind, answer) => (kind === 'now' ? answer(1, 'two') : (late = answer)));
  const [now] = await Promise.all([once(socket, 'answer'), socket.emit('ask', 'now')]);
  assert.deepEqual(now, [null, 1, 'two']);
  const [timeout] = await Promise.all([once(socket, 'answer'), socket.emit('ask', 'later')]);
  assert.deepEqual(timeout, ['timeout']);
  late('too late');
  await fence(socket);
  assert.equal(named(socket, 'answer').length, 2);
});

test('kick ends one namespace, kick-hard all of them and the transport', async (t) => {
  const { url } = await serve(t, SHARDS[0]);
  const wire = await openWebSocket(url);
  for (const packet of ['40', '40/custom,']) {
    wire.send(packet);
    await wire.next();
    await wire.next();
  }
  wire.send('42/custom,["kick"]');
  assert.equal(await wire.next(), '41/custom,');
  wire.send('40/custom,');
  await wire.next();
  await wire.next();
  wire.send('42["kick-hard"]');
  assert.deepEqual([await wire.next(), await wire.next()].sort(), ['41', '41/custom,']);
  await wire.closedWithin(2000 * patience);
});

test('who watches hears of every disconnect in the namespace, with its reason', async (t) => {
  const { url } = await serve(t, SHARDS[1]);
  const [watcher, lost, left] = await Promise.all([join(t, url), join(t, url), join(t, url)]);
  await ask(watcher, 'watch');
  const ids = [lost.id, left.id];
  left.disconnect();
  lost.io.engine.transport.ws.terminate();
  await until(() => named(watcher, 'disconnected').length >= 2, 'both');
  const told = new Map(named(watcher, 'disconnected'));
  assert.deepEqual([...told.keys()].sort(), [...ids].sort());
  assert.equal(told.get(ids[0]), 'transport close');
  assert.equal(told.get(ids[1]), 'client namespace disconnect');
});

test('a flood goes to the room and is acknowledged at its end', async (t) => {
  const { url } = await serve(t, SHARDS[1]);
  const [from, to] = await Promise.all([join(t, url), join(t, url)]);
  await ask(to, 'join', 'pile');
  await ask(from, 'flood', { to: 'pile', count: 3, size: 5 });
  await until(() => named(to, 'flood').length >= 3, 'three');
  await fence(to);
  assert.deepEqual(named(to, 'flood').flat(), ['xxxxx', 'xxxxx', 'xxxxx']);
  assert.equal(named(from, 'flood').length, 0);
});

test('a refused packet is an error for the application and not dispatched', async (t) => {
  const { url } = await serve(t, SHARDS[0]);
  const socket = await join(t, url);
  socket.emit('refuse-me', 1);
  await fence(socket);
  assert.deepEqual(named(socket, 'packet-error'), [['refused']]);
});

test('volatile events are dropped while no poll waits, and delivered when one does', async (t) => {
  const { url } = await serve(t, SHARDS[0]);
  const session = await openPolling(url);
  const post = (body) => request(session.url, { method: 'POST', body });
  await post('40');
  await request(session.url);
  await post('42["volatile","lost"]');
  await post('42["message","kept"]');
  assert.equal((await request(session.url)).body, '42["message-back","kept"]');
  const parked = request(session.url);
  await delay(100);
  await post('42["volatile","heard"]');
  assert.equal((await parked).body, '42["volatile-back","heard"]');
  assert.match((await request(`${url}/metrics`)).body, /plumbline_echo_volatile_dropped_total 1\n/);
});

test('messages emitted as plain are not compressed', async (t) => {
  const { url } = await serve(t, [...SHARDS[0], '--ws-compression', 'on']);
  const wire = await openWebSocket(url);
  const raw = [];
  wire.socket._socket.on('data', (bytes) => raw.push(bytes));
  wire.send('40');
  await wire.next();
  await wire.next();
  for (const [event, first] of [['plain', 0x81], ['message', 0xc1]]) {
    raw.length = 0;
    wire.send(`42["${event}","${'x'.repeat(5000)}"]`);
    await wire.next();
    assert.equal(raw[0][0], first);
  }
  wire.socket.terminate();
});

for (const args of SHARDS) {
  const on = `${args.length > 2 ? 3 : 1} shard(s)`;
  const recovering = [...args, '--recovery-window', '2000'];

  test(`the official client recovers its state, several times (${on})`, async (t) => {
    const { url } = await serve(t, recovering);
    const other = await join(t, url);
    const socket = await join(t, url, { reconnection: true, reconnectionDelay: 100, reconnectionDelayMax: 100 });
    const { id } = socket;
    assert.deepEqual(await ask(socket, 'join', 'red'), ['red']);
    let sent = 0;
    for (let round = 0; round < 3; round += 1) {
      other.emit('room', { to: 'red' }, (sent += 1));
      await until(() => named(socket, 'room').length === sent, 'the event while connected');
      socket.io.engine.transport.ws._socket.destroy();
      await once(socket, 'disconnect');
      other.emit('room', { to: 'red' }, (sent += 1));
      other.emit('room', { to: 'green' }, -1);
      other.emit('room', { to: 'red', except: [id] }, -2);
      other.emit('bcast', (sent += 1));
      await once(socket, 'connect');
      assert.equal(socket.recovered, true);
      assert.equal(socket.id, id);
      await until(() => named(socket, 'room').length + named(socket, 'bcast').length >= sent, 'what was missed');
      sent = named(socket, 'room').length;
      await fence(socket);
    }
    assert.deepEqual(socket.heard.filter(([e]) => e === 'room' || e === 'bcast').map(([e, n]) => `${e} ${n}`), [
      'room 1', 'room 2', 'bcast 3', 'room 3', 'room 4', 'bcast 5', 'room 5', 'room 6', 'bcast 7',
    ]);
    assert.deepEqual(await ask(socket, 'join', 'blue'), ['red', 'blue']);
  });

  test(`a pid serves once, not while its socket lives, and not after a goodbye (${on})`, async (t) => {
    const { url } = await serve(t, recovering);
    const connect = async (auth) => {
      const wire = await openWebSocket(url);
      wire.send(`40${auth === undefined ? '' : JSON.stringify(auth)}`);
      const answer = JSON.parse((await wire.next()).slice(2));
      const [, , offset] = JSON.parse((await wire.next()).slice(2));
      return { wire, ...answer, offset };
    };
    const first = await connect();
    assert.ok(first.pid.length >= 16 && first.pid !== first.sid);
    const thief = await connect({ pid: first.pid, offset: first.offset });
    assert.notEqual(thief.sid, first.sid);
    first.wire.send('42["message","still here"]');
    assert.match(await first.wire.next(), /still here/);
    first.wire.socket.terminate();
    await delay(100);
    const wrong = await connect({ pid: first.pid, offset: 'nonsense' });
    assert.notEqual(wrong.sid, first.sid);
    const second = await openWebSocket(url);
    second.send(`40${JSON.stringify({ pid: first.pid, offset: first.offset })}`);
    assert.deepEqual(JSON.parse((await second.next()).slice(2)), { sid: first.sid, pid: first.pid });
    assert.match(await second.next(), /still here/);
    const again = await connect({ pid: first.pid, offset: first.offset });
    assert.notEqual(again.sid, first.sid);
    again.wire.send('41');
    again.wire.socket.close();
    await delay(100);
    const after = await connect({ pid: again.pid, offset: again.offset });
    assert.notEqual(after.sid, again.sid);
    for (const { wire } of [thief, wrong, again, after]) wire.socket.terminate();
    second.socket.terminate();
  });
}

test('with recovery an event that is never compressed has an offset, too', async (t) => {
  const { url } = await serve(t, [...SHARDS[0], '--recovery-window', '2000']);
  const wire = await openWebSocket(url);
  wire.send('40');
  await wire.next();
  await wire.next();
  wire.send('42["plain","x"]');
  const [name, word, offset] = JSON.parse((await wire.next()).slice(2));
  assert.deepEqual([name, word, typeof offset], ['plain-back', 'x', 'string']);
  wire.socket.terminate();
});

test('without recovery there is neither pid nor offset', async (t) => {
  const { url } = await serve(t, SHARDS[0]);
  const wire = await openWebSocket(url);
  wire.send('40{"pid":"x","offset":"y"}');
  assert.deepEqual(Object.keys(JSON.parse((await wire.next()).slice(2))), ['sid']);
  assert.equal(await wire.next(), '42["auth",{"pid":"x","offset":"y"}]');
  wire.socket.terminate();
});
