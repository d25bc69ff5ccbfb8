// Makes the server of PLUMBLINE say everything it can say, with the official client, and prints each event as one line
// of JSON: {"said":"server"|"client","event","payload"}. Not a test: tests/integration/asyncapi reads what it prints.
import { createHash, createSign, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { io } from 'socket.io-client';

const [url, keyFile] = process.argv.slice(2);
const key = readFileSync(keyFile);
const FEW = 20_000;
const heard = [];

function print(said, event, payload) {
  heard.push(event);
  console.log(JSON.stringify({ said, event, payload }));
}

function token(id, name, seconds) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: id, username: name, jti: randomUUID(), iat: now, exp: now + seconds };
  const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(key).toString('base64url')}`;
}

async function until(event, count = 1) {
  for (const end = Date.now() + FEW; heard.filter((name) => name === event).length < count;) {
    if (Date.now() > end) throw new Error(`no '${event}' within ${FEW} ms; heard: ${heard.join(' ')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function call(who, path, body) {
  const answer = await fetch(url + path, {
    method: 'POST', body: JSON.stringify(body),
    headers: { authorization: `Bearer ${who.token}`, 'content-type': 'application/json' },
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status} ${await answer.text()}`);
  return answer.json();
}

function connect(auth) {
  const socket = io(url, { forceNew: true, reconnection: false, transports: ['websocket'], auth });
  socket.onAny((event, payload) => print('server', event, payload));
  socket.on('connect_error', (error) =>
    print('server', 'connect_error', { message: error.message, ...(error.data && { data: error.data }) }));
  return socket;
}

function emit(socket, event, payload) {
  print('client', event, payload);
  socket.emit(event, payload);
}

function person(name, seconds = 600) {
  const hash = createHash('sha256').update(name).digest('hex');
  const id = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
  return { id, name, token: token(id, name, seconds) };
}

const [ann, bob] = [person('ann'), person('bob')];
const pair = [ann.id, bob.id].sort().join('_');
const sockets = [connect({}), connect({ token: ann.token })];
await until('connect_error');
await until('chatRegistered');
await fetch(`${url}/messages/unread-count`, { headers: { authorization: `Bearer ${bob.token}` } });
await call(ann, '/messages/send', { receiverId: bob.id, message: 'away', metadata: { a: 1 } });
await call(ann, '/friends/send-request', { friendId: bob.id });
sockets.push(connect({ token: bob.token }));
await until('newFriendRequest');
await until('chatRegistered', 2);
await call(bob, '/friends/accept-request', { friendId: ann.id });
await until('friendRequestAccepted', 2);
const group = await call(ann, '/api/conversations', { type: 'group', name: 'tea', participantIds: [bob.id] });
const sent = await call(ann, '/messages/send', { conversationId: group.conversationId, message: 'é', messageType: 'image' });
await until('newMessage', 4);
emit(sockets[2], 'messageAck', { messageId: sent.messageId, receivedAt: new Date().toISOString() });
emit(sockets[1], 'typing', { conversationId: pair, isTyping: true });
await until('typingIndicator');
emit(sockets[1], 'typing', { conversationId: pair, isTyping: false });
await until('typingIndicator', 2);
await call(bob, '/messages/mark-read', { conversationId: pair, lastReadSequenceId: 1 });
await until('readReceipt');
sockets[1].emit('nonsense', {});
await until('error');
sockets.push(connect({ token: person('cyd', 3).token }));
await until('auth:session_expired');
for (const socket of sockets) socket.close();
