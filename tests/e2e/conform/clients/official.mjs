// The official JavaScript client behind the line protocol of `plumbline conform --subject client`.
// Usage: node official.mjs URL [--mutant NAME]   A mutant is this client with one fault, see mutants.mjs.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

import { io, Manager } from 'socket.io-client';

import { mutate } from './mutants.mjs';

const { version } = createRequire(import.meta.url)('socket.io-client/package.json');
const [url, flag, mutant] = process.argv.slice(2);
const options = flag === '--mutant' ? mutate(mutant) : {};
const { sees = (line) => [line], ...settings } = options;

const tell = (line) => sees(line).forEach((one) => process.stdout.write(`${JSON.stringify(one)}\n`));
const encode = (value) => {
  if (value instanceof Uint8Array) return { $binary: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(encode);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, encode(inner)]));
};
const decode = (value) => {
  if (Array.isArray(value)) return value.map(decode);
  if (value === null || typeof value !== 'object') return value;
  if (typeof value.$binary === 'string') return Buffer.from(value.$binary, 'base64');
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, decode(inner)]));
};

let manager;
const sockets = new Map();

function connect({ transports, nsp: first, also = [], auth, reconnect = false, first_delay_ms: delay = 100 }) {
  manager ??= new Manager(url, {
    transports: transports === 'upgrade' ? ['polling', 'websocket'] : [transports],
    reconnection: reconnect, reconnectionDelay: delay, autoConnect: false, ...settings,
  });
  if (sockets.size === 0) {
    manager.on('error', (error) => tell({ event: 'transport_error', message: error.message }));
  }
  [first, ...also].forEach((nsp) => join(nsp, auth));
}

function join(nsp, auth) {
  const socket = manager.socket(nsp, { auth });
  sockets.set(nsp, socket);
  socket.on('connect', () => tell({ event: 'connect', nsp, recovered: socket.recovered }));
  socket.on('connect_error', ({ message, data }) => tell({ event: 'connect_error', nsp, message, data }));
  socket.on('disconnect', (reason) => tell({ event: 'disconnect', nsp, reason }));
  socket.onAny((...args) => {
    const ack = typeof args.at(-1) === 'function' ? args.pop() : undefined;
    tell({ event: 'event', nsp, args: encode(args) });
    ack?.(...args);
  });
  socket.connect();
}

const commands = {
  connect,
  emit({ nsp, args, ack }) {
    const done = ack === undefined ? [] : [(...back) => tell({ event: 'ack', nsp, ack, args: encode(back) })];
    sockets.get(nsp)?.emit(...decode(args), ...done);
  },
  disconnect: ({ nsp }) => sockets.get(nsp)?.disconnect(),
};

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const command = JSON.parse(line);
    commands[command.do]?.(command);
  })
  .on('close', () => process.exit(0));
tell({ event: 'ready', client: 'socket.io-client', version });
