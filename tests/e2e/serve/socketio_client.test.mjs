// The official socket.io-client against `serve --app echo`, over polling, WebSocket, and the upgrade between them.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { io } from 'socket.io-client';
import { patience, serve } from '../plumbline.mjs';

const WAYS = {
  polling: { transports: ['polling'] },
  websocket: { transports: ['websocket'] },
  upgrade: { transports: ['polling', 'websocket'] },
};
const FAST = ['--ping-interval', '300', '--ping-timeout', String(200 * patience)];

function connect(t, url, options) {
  const socket = io(url, { forceNew: true, reconnection: false, ...options });
  t.after(() => socket.close());
  return socket;
}

/** The arguments of the next `event`, or a failure after `ms`. */
function next(socket, event, ms = 5000 * patience) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no '${event}' within ${ms} ms`)), ms);
    socket.once(event, (...args) => {
      clearTimeout(timer);
      resolve(args);
    });
  });
}

for (const [way, transports] of Object.entries(WAYS)) {
  for (const shards of ['1', '3']) {
    const title = `${way}, ${shards} shard(s)`;
    const args = ['--app', 'echo', '--shards', shards];

    test(`${title}: auth reaches the application`, async (t) => {
      const { url } = await serve(t, args);
      const socket = connect(t, url, { ...transports, auth: { token: '123' } });
      assert.deepEqual(await next(socket, 'auth'), [{ token: '123' }]);
    });

    test(`${title}: events, acks and binary come back as they were`, async (t) => {
      const { url } = await serve(t, args);
      const socket = connect(t, url, transports);
      await next(socket, 'connect');
      const values = [1, '2', { 3: [true], text: 'héllo \u2028 \u{1F600}' }, null];

      const back = next(socket, 'message-back');
      socket.emit('message', ...values);
      assert.deepEqual(await back, values);
      assert.deepEqual(await socket.timeout(5000 * patience).emitWithAck('message-with-ack', 7), 7);

      const bytes = next(socket, 'message-back');
      socket.emit('message', Buffer.from([1, 2, 3]), { nested: Buffer.from([255]) }, Buffer.alloc(0));
      const [first, second, third] = await bytes;
      assert.deepEqual([...new Uint8Array(first)], [1, 2, 3]);
      assert.deepEqual([...new Uint8Array(second.nested)], [255]);
      assert.equal(third.byteLength, 0);
      const echoed = await socket.timeout(5000 * patience).emitWithAck('message-with-ack', Buffer.from('abc'));
      assert.equal(Buffer.from(echoed).toString(), 'abc');
    });

    test(`${title}: 2,000 events keep their order and come once`, async (t) => {
      const { url } = await serve(t, args);
      const socket = connect(t, url, transports);
      const seen = [];
      socket.on('message-back', (n) => seen.push(n));
      await next(socket, 'connect');
      for (let n = 0; n < 2000; n += 1) socket.emit('message', n);
      await socket.timeout(20_000 * patience).emitWithAck('message-with-ack', 'fence');
      assert.deepEqual(seen, [...Array(2000).keys()]);
    });

    test(`${title}: namespaces are separate, an unknown one is refused`, async (t) => {
      const { url } = await serve(t, args);
      const custom = connect(t, `${url}/custom`, { ...transports, auth: { who: 'c' } });
      assert.deepEqual(await next(custom, 'auth'), [{ who: 'c' }]);
      const unknown = connect(t, `${url}/unknown`, transports);
      const [error] = await next(unknown, 'connect_error');
      assert.equal(error.message, 'Invalid namespace');
      const main = custom.io.socket('/');
      t.after(() => main.close());
      await next(main, 'connect');
      assert.notEqual(main.id, custom.id);
      main.disconnect();
      assert.equal(await custom.timeout(5000 * patience).emitWithAck('message-with-ack', 'alive'), 'alive');
    });

    test(`${title}: a broadcast reaches every socket of its namespace once`, async (t) => {
      const { url } = await serve(t, args);
      const sockets = Array.from({ length: 9 }, () => connect(t, url, transports));
      const outside = connect(t, `${url}/custom`, transports);
      await Promise.all([...sockets, outside].map((socket) => next(socket, 'connect')));
      const counts = sockets.map(() => 0);
      sockets.forEach((socket, i) => socket.on('bcast', () => (counts[i] += 1)));
      outside.on('bcast', () => assert.fail('left its namespace'));
      const all = Promise.all(sockets.map((socket) => next(socket, 'bcast')));
      sockets[0].emit('bcast', 'x');
      assert.deepEqual(await all, sockets.map(() => ['x']));
      await Promise.all(sockets.map((s) => s.timeout(5000 * patience).emitWithAck('message-with-ack', 0)));
      assert.deepEqual(counts, sockets.map(() => 1));
    });
  }

  test(`${way}: stays connected over 10 heartbeats`, async (t) => {
    const { url } = await serve(t, ['--app', 'echo', ...FAST]);
    const socket = connect(t, url, transports);
    await next(socket, 'connect');
    let pings = 0;
    await new Promise((resolve, reject) => {
      socket.once('disconnect', (why) => reject(new Error(`disconnected: ${why} after ${pings} pings`)));
      socket.io.on('ping', () => (pings += 1) === 10 && resolve());
    });
    assert.equal(await socket.timeout(5000 * patience).emitWithAck('message-with-ack', 'alive'), 'alive');
  });

  test(`${way}: reconnects to a server that was stopped and started again`, async (t) => {
    const first = await serve(t, ['--app', 'echo']);
    const socket = connect(t, first.url, {
      ...transports, reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 100,
    });
    // The official client whose server goes between its probe and its upgrade polls no more, and waits for the heartbeat.
    await Promise.all([next(socket, 'connect'), ...(way === 'upgrade' ? [once(socket.io.engine, 'upgrade')] : [])]);
    const before = socket.id;
    const gone = next(socket, 'disconnect');
    assert.equal(await first.stop(), 0);
    assert.match((await gone)[0], /transport (close|error)/);

    const again = next(socket, 'connect', 20_000 * patience);
    await serve(t, ['--app', 'echo', '--port', String(first.port)]);
    await again;
    assert.notEqual(socket.id, before);
  });
}

test('upgrade: ends on WebSocket and loses nothing that was emitted meanwhile', async (t) => {
  const { url } = await serve(t, ['--app', 'echo', '--shards', '2']);
  for (let round = 0; round < 20; round += 1) {
    const socket = connect(t, url, WAYS.upgrade);
    const seen = [];
    socket.on('message-back', (n) => seen.push(n));
    const upgraded = once(socket.io.engine, 'upgrade');
    await next(socket, 'connect');
    for (let n = 0; n < 50; n += 1) {
      socket.emit('message', n);
      if (n % 10 === 0) await new Promise(setImmediate);
    }
    await upgraded;
    await socket.timeout(5000 * patience).emitWithAck('message-with-ack', 'fence');
    assert.equal(socket.io.engine.transport.name, 'websocket');
    assert.deepEqual(seen, [...Array(50).keys()]);
    socket.close();
  }
});
