// Writes vectors.json: what the official JavaScript encoders make of a set of packets.
// Run from the root after the e2e packages are installed: node tests/unit/socketio/golden/make_vectors.mjs
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';

const require = createRequire(new URL('../../../e2e/package.json', import.meta.url));
const { encodePacket, encodePayload } = require('engine.io-parser');
const { Encoder, PacketType } = require('socket.io-parser');
const version = (name) => JSON.parse(readFileSync(new URL(`../../../e2e/node_modules/${name}/package.json`,
  import.meta.url))).version;

const hex = (data) => Buffer.from(data).toString('hex');
const bytes = (...list) => Buffer.from(list);
const every = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

const data = {
  plain: ['message', 1, '2', { 3: [true, false, null] }],
  name_only: ['hi'],
  number_name: [7, 'x'],
  unicode: ['é', '日本語', '😀', '\u2028', '\u0000', '"\\/\b\f\n\r\t', '\ud83d\ude00'],
  numbers: ['n', 0, -1, 1.5, 1e21, 1e-7, 9007199254740991, -9007199254740991, 0.1],
  nested: ['deep', [[[[{ a: [{ b: {} }] }]]]], [], {}, ''],
  placeholder_lookalike: ['a', { _placeholder: true, num: 7 }],
};

// The value as it goes over the wire: attachments replaced by numbered placeholders, in order of appearance.
function without_binary(value, found = { count: 0 }) {
  if (Buffer.isBuffer(value)) return { _placeholder: true, num: found.count++ };
  if (Array.isArray(value)) return value.map((one) => without_binary(one, found));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, without_binary(one, found)]));
}

const socketio = [];
async function add(name, packet) {
  const data = packet.data === undefined ? '' : JSON.stringify(without_binary(packet.data));
  const frames = new Encoder().encode(packet);
  socketio.push({
    name,
    type: packet.type,
    nsp: packet.nsp,
    ...(packet.id === undefined ? {} : { id: packet.id }),
    data,
    text: frames[0],
    attachments: frames.slice(1).map(hex),
  });
}

for (const nsp of ['/', '/chat', '/with space/é?x=1']) {
  await add('connect', { type: PacketType.CONNECT, nsp });
  await add('connect_auth', { type: PacketType.CONNECT, nsp, data: { token: 'abc', n: [1] } });
  await add('disconnect', { type: PacketType.DISCONNECT, nsp });
  await add('connect_error', { type: PacketType.CONNECT_ERROR, nsp, data: { message: 'no', data: { code: 1 } } });
  for (const [name, value] of Object.entries(data)) {
    await add(`event_${name}`, { type: PacketType.EVENT, nsp, data: value });
    await add(`event_id_${name}`, { type: PacketType.EVENT, nsp, id: 12, data: value });
    await add(`ack_${name}`, { type: PacketType.ACK, nsp, id: 0, data: value.slice(1) });
  }
  await add('id_largest', { type: PacketType.EVENT, nsp, id: Number.MAX_SAFE_INTEGER, data: ['x'] });
  await add('binary_one', { type: PacketType.EVENT, nsp, data: ['bin', bytes(1, 2, 3)] });
  await add('binary_two', { type: PacketType.EVENT, nsp, id: 3, data: ['bin', { a: bytes(), b: [every] }, 'x'] });
  await add('binary_ack', { type: PacketType.ACK, nsp, id: 456, data: [bytes(255), 'text', bytes(0)] });
  await add('binary_ten', { type: PacketType.EVENT, nsp, data: ['ten', ...Array.from({ length: 10 }, (_, i) => bytes(i))] });
}

const engineio = [];
const packet = (type, value) => ({ type, data: value });
for (const packets of [
  [packet('open', '{"sid":"x"}')],
  [packet('close')],
  [packet('ping')],
  [packet('ping', 'probe')],
  [packet('pong', 'probe')],
  [packet('upgrade')],
  [packet('noop')],
  [packet('message', '')],
  [packet('message', 'é日本語😀')],
  [packet('message', every)],
  [packet('message', bytes())],
  [packet('message', 'hello'), packet('ping'), packet('message', bytes(1, 2, 3, 4)), packet('message', '')],
  [packet('message', bytes(1)), packet('message', bytes(1, 2)), packet('message', bytes(1, 2, 3))],
]) {
  const payload = await new Promise((resolve) => encodePayload(packets, resolve));
  const frames = await Promise.all(packets.map((one) => new Promise((resolve) => encodePacket(one, true, resolve))));
  engineio.push({
    packets: packets.map((one, i) => ({
      type: one.type,
      ...(Buffer.isBuffer(one.data) ? { binary: hex(one.data) } : { text: one.data ?? '', websocket: frames[i] }),
    })),
    payload,
  });
}

writeFileSync(new URL('vectors.json', import.meta.url), JSON.stringify({
  made_by: { 'engine.io-parser': version('engine.io-parser'), 'socket.io-parser': version('socket.io-parser') },
  engineio,
  socketio,
}, null, 1) + '\n');
