// The messenger dialect from outside: fetch and the official socket.io-client, every endpoint and every event.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { io } from 'socket.io-client';
import { patience, serve } from '../plumbline.mjs';

const EVENTS = ['registered', 'chatRegistered', 'newMessage', 'typingIndicator', 'readReceipt', 'newFriendRequest',
  'friendRequestAccepted', 'error', 'auth:session_expired'];

function api(url) {
  return async (method, path, { token, body, headers } = {}) => {
    const answer = await fetch(url + path, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: answer.status, headers: answer.headers, json: await answer.json() };
  };
}

async function account(call, username) {
  const password = 'correct horse';
  const made = await call('POST', '/api/auth/register',
    { body: { username, email: `${username}@example.org`, password, firstName: username, lastName: 'Test' } });
  assert.equal(made.status, 201);
  const login = await call('POST', '/api/auth/login', { body: { username, password } });
  assert.equal(login.status, 200);
  assert.equal(login.json.user.id, made.json.user.id);
  return { id: made.json.user.id, token: login.json.accessToken, refreshToken: login.json.refreshToken };
}

/** Connects and collects every event with its name, until `heard(n, name)` finds what it waits for. */
async function device(t, url, token) {
  const socket = io(url, { forceNew: true, reconnection: false, transports: ['websocket'], auth: { token } });
  t.after(() => socket.close());
  const log = [];
  const waiters = new Set();
  for (const name of EVENTS) {
    socket.on(name, (payload) => {
      log.push({ name, payload });
      for (const check of waiters) check();
    });
  }
  const heard = (name, count = 1, ms = 8000 * patience) => new Promise((resolve, reject) => {
    const of = () => log.filter((entry) => entry.name === name).map((entry) => entry.payload);
    const timer = setTimeout(() => {
      waiters.delete(check);
      reject(new Error(`${of().length} of ${count} '${name}' within ${ms} ms`));
    }, ms);
    const check = () => {
      if (of().length < count) return;
      clearTimeout(timer);
      waiters.delete(check);
      resolve(of());
    };
    waiters.add(check);
    check();
  });
  await heard('chatRegistered');
  return { socket, log, heard };
}

for (const shards of ['1', '4']) {
  test(`two people talk, ${shards} shard(s)`, async (t) => {
    const { url } = await serve(t, ['--shards', shards]);
    const call = api(url);
    const [ann, bob] = await Promise.all([account(call, 'ann'), account(call, 'bob')]);
    const pair = [ann.id, bob.id].sort().join('_');

    for (let i = 1; i <= 3; ++i) {
      const sent = await call('POST', '/messages/send', { token: ann.token, body: { receiverId: bob.id, message: `m${i}` } });
      assert.equal(sent.status, 202);
      assert.equal(sent.json.sequenceId, i);
    }
    const b = await device(t, url, bob.token);
    assert.deepEqual((await b.heard('newMessage', 3)).map((m) => m.message), ['m1', 'm2', 'm3']);
    assert.equal((await b.heard('chatRegistered'))[0].queuedMessages, 3);
    const a = await device(t, url, ann.token);
    const a2 = await device(t, url, ann.token);

    const group = await call('POST', '/api/conversations', { token: ann.token, body: { type: 'group', participantIds: [bob.id] } });
    assert.equal(group.status, 201);
    await Promise.all(Array.from({ length: 40 }, (_, i) => call('POST', '/messages/send', {
      token: i % 2 ? ann.token : bob.token, body: { conversationId: i % 4 < 2 ? pair : group.json.id, message: `c${i}` } })));
    for (const one of [a, a2, b]) {
      // The first device of each also gets the three messages that were sent while none was connected.
      const messages = await one.heard('newMessage', one === a2 ? 40 : 43);
      const last = {};
      for (const message of messages) {
        assert.ok(message.sequenceId > (last[message.conversationId] ?? 0), 'ascending, never twice');
        last[message.conversationId] = message.sequenceId;
      }
      assert.deepEqual(last, { [pair]: 23, [group.json.id]: 20 });
    }

    a.socket.emit('typing', { conversationId: pair, isTyping: true });
    const typing = await b.heard('typingIndicator', 2);
    assert.deepEqual(typing.map((one) => one.isTyping), [true, false]);
    assert.ok(!a.log.concat(a2.log).some((entry) => entry.name === 'typingIndicator'));
    a.socket.emit('typing');
    a.socket.emit('typing', null);
    assert.equal((await a.heard('error', 2)).length, 2);

    const unread = await call('GET', '/messages/unread-count', { token: bob.token });
    assert.equal(unread.json.unreadCount, 23);
    const read = await call('POST', '/messages/mark-read', { token: bob.token, body: { conversationId: pair, lastReadSequenceId: 23 } });
    assert.deepEqual([read.status, read.json], [200, { status: 'queued' }]);
    assert.equal((await a.heard('readReceipt'))[0].lastReadSequenceId, 23);
    const history = await call('GET', `/messages/history/${pair}?limit=5`, { token: ann.token });
    assert.deepEqual(history.json.messages.map((row) => row.sequence_id), [19, 20, 21, 22, 23]);
    assert.equal(history.json.hasMore, true);
    const list = await call('GET', '/messages/conversations', { token: bob.token });
    assert.deepEqual(list.json.conversations.map((line) => line.conversation_id).sort(), [pair, group.json.id].sort());

    assert.equal((await call('POST', '/friends/send-request', { token: ann.token, body: { friendId: bob.id } })).status, 201);
    assert.equal((await b.heard('newFriendRequest'))[0].senderId, ann.id);
    assert.equal((await call('GET', '/friends/pending-requests', { token: bob.token })).json.pendingRequests.length, 1);
    assert.equal((await call('POST', '/friends/accept-request', { token: bob.token, body: { friendId: ann.id } })).status, 200);
    assert.equal((await a.heard('friendRequestAccepted'))[0].friendId, bob.id);
    assert.equal((await b.heard('friendRequestAccepted'))[0].friendId, ann.id);
    assert.equal((await call('GET', '/friends/list', { token: ann.token })).json.friends[0].friend_id, bob.id);
    assert.equal((await call('GET', '/friends/search?q=bo', { token: ann.token })).json.users[0].id, bob.id);
  });
}

test('sessions: refresh, log-out, bad tokens', async (t) => {
  const { url } = await serve(t, ['--shards', '2']);
  const call = api(url);
  const ann = await account(call, 'ann');
  const a = await device(t, url, ann.token);

  const [one, two] = await Promise.all([1, 2].map(() => call('POST', '/api/auth/refresh', { body: { refreshToken: ann.refreshToken } })));
  assert.equal(one.json.refreshToken, two.json.refreshToken);
  assert.equal((await call('GET', '/.well-known/jwks.json')).json.keys[0].alg, 'RS256');

  const gone = new Promise((resolve) => a.socket.once('disconnect', resolve));
  assert.equal((await call('POST', '/api/auth/logout', { token: ann.token })).status, 200);
  await gone;
  const refused = await call('GET', '/messages/unread-count', { token: ann.token });
  assert.deepEqual([refused.status, refused.json.code], [401, 'INVALID_TOKEN']);
  assert.ok(refused.headers.get('www-authenticate'));

  for (const [auth, code] of [[{}, 'NO_TOKEN'], [{ token: 'x.y.z' }, 'INVALID_TOKEN']]) {
    const socket = io(url, { forceNew: true, reconnection: false, transports: ['websocket'], auth });
    t.after(() => socket.close());
    const error = await new Promise((resolve) => socket.once('connect_error', resolve));
    assert.equal(error.data.code, code);
  }
});

test('what is refused, and how', async (t) => {
  const { url } = await serve(t, ['--shards', '2']);
  const call = api(url);
  const ann = await account(call, 'ann');
  const send = (body, headers) => call('POST', '/messages/send', { token: ann.token, body, headers });

  assert.equal((await send('{"receiverId":')).status, 400);
  assert.equal((await send({ receiverId: ann.id, message: 'a\u0000b' })).status, 400);
  assert.equal((await send({ receiverId: ann.id, message: 'x'.repeat(1_100_000) })).status, 413);
  assert.equal((await send('x=1', { 'content-type': 'application/x-www-form-urlencoded' })).status, 415);
  const wrong = await call('GET', '/messages/send', { token: ann.token });
  assert.deepEqual([wrong.status, wrong.headers.get('allow')], [405, 'POST']);
  assert.equal((await call('GET', '/nothing')).status, 404);
  const statuses = [];
  for (let i = 0; i < 101; ++i) statuses.push((await send({ receiverId: ann.id, message: 'm' })).status);
  assert.deepEqual([statuses.filter((s) => s === 202).length, statuses.at(-1)], [99, 429]);
});
