// The official client with one fault each, by patching its parts before it is used. What each must lead to is in
// conformance/spec/client-mutants.yaml. The answer may hold Manager options, and `sees`: what the application is told.
import { Socket as EngineSocket, transports } from 'engine.io-client';
import { Manager, Socket } from 'socket.io-client';

const engineSocket = EngineSocket.prototype;
const polling = transports.polling.prototype;
const later = (ms, action) => setTimeout(action, ms).unref();

/** Replaces a method by `around(original, this, ...arguments)`. */
function patch(owner, name, around) {
  const original = owner[name];
  owner[name] = function (...args) {
    return around((...changed) => original.apply(this, changed), this, ...args);
  };
}
const onProbe = (action) => patch(engineSocket, '_probe', (original, engine, name) => {
  const create = engine.createTransport;
  engine.createTransport = function (wanted) {
    const transport = create.call(this, wanted);
    const send = transport.send;
    transport.send = function (packets) {
      send.call(this, packets);
      if (packets[0].type === 'ping') action(this, send);
    };
    return transport;
  };
  original(name);
  engine.createTransport = create;
});

// What clients of other projects do and may do: no clause may fail for it.
const ways = {
  'pong-at-open': () => patch(engineSocket, 'onOpen', (original, engine) => {
    original();
    engine._sendPacket('pong');
  }),
  'bare-event-as-message': () => ({
    sees: (line) => [line.event === 'event' && line.args.length === 1 ? { ...line, args: ['message', ...line.args] } : line],
  }),
};

const mutants = {
  ...ways,
  'strict-open': () => patch(engineSocket, 'onHandshake', (original, engine, open) => {
    const known = ['sid', 'upgrades', 'pingInterval', 'pingTimeout', 'maxPayload'];
    if (Object.keys(open).every((key) => known.includes(key))) original(open);
    else engine._onError(new Error('an unknown field'));
  }),
  'retry-at-once': () => ({ reconnectionDelay: 1, reconnectionDelayMax: 1, randomizationFactor: 0 }),
  'message-on-probe': () => onProbe((transport, send) => {
    send.call(transport, [{ type: 'message', data: '2["early"]' }]);
  }),
  'upgrade-unprobed': () => onProbe((transport, send) => send.call(transport, [{ type: 'upgrade' }])),
  'refused-upgrade-ends': () => patch(Manager.prototype, 'onopen', (original, manager) => {
    manager.engine.on('upgradeError', () => manager.engine.close());
    original();
  }),
  'noop-is-event': () => patch(engineSocket, '_onPacket', (original, engine, packet) => {
    original(packet);
    if (packet.type === 'noop' && engine.opts.transports.length === 1) engine.emitReserved('data', '2["noop"]');
  }),
  'no-pong': () => patch(engineSocket, '_sendPacket', (original, engine, type, ...rest) => {
    if (type !== 'pong') original(type, ...rest);
  }),
  'late-pong': () => patch(engineSocket, '_sendPacket', (original, engine, type, ...rest) => {
    if (type === 'pong') later(260, () => original(type, ...rest));
    else original(type, ...rest);
  }),
  'shifted-pongs': () => {
    ways['pong-at-open']();
    let pongs = 0;
    patch(engineSocket, '_sendPacket', (original, engine, type, ...rest) => {
      if (type === 'pong' && ++pongs > 1) later(260, () => original(type, ...rest));
      else original(type, ...rest);
    });
  },
  'client-pings': () => patch(engineSocket, 'onOpen', (original, engine) => {
    original();
    later(150, () => engine._sendPacket('ping'));
  }),
  'no-watch': () => patch(engineSocket, '_resetPingTimeout', (original, engine) => {
    if (!Number.isFinite(engine._pingInterval)) original();
  }),
  'early-leave': () => patch(engineSocket, '_resetPingTimeout', (original, engine) => {
    const timeout = engine._pingTimeout;
    engine._pingTimeout = timeout / 2;
    original();
    engine._pingTimeout = timeout;
  }),
  'two-polls': () => patch(polling, '_poll', (original, transport) => {
    original();
    transport.polls = (transport.polls ?? 0) + 1;
    if (transport.polls >= 3) fetch(transport.uri()).catch(() => {}); // one of them comes while the first still waits
  }),
  'two-posts': () => patch(polling, 'doWrite', (original, transport, data, done) => {
    original(data, () => {});
    setImmediate(done);
  }),
  'root-only-rejoined': () => patch(Socket.prototype, 'onopen', (original, socket) => {
    if (socket.nsp === '/' || !socket.joinedBefore) original();
    socket.joinedBefore = true;
  }),
  'attachment-lost': () => patch(polling, 'onData', (original, transport, data) => {
    original(data.split('\x1e').map((packet) => (packet.startsWith('b') ? 'bAAAA' : packet)).join('\x1e'));
  }),
  'limit-ignored': () => patch(engineSocket, '_getWritablePackets',
    (original, engine) => engine.writeBuffer),
  'refusal-swallowed': () => ({ sees: (line) => (line.event === 'connect_error' ? [] : [line]) }),
  'event-after-refusal': () => {
    patch(Socket.prototype, 'destroy', () => {});  // it would close the engine with its last namespace
    patch(Socket.prototype, 'emit', (original, socket, ...args) => {
      if (socket.connected) return original(...args);
      return socket.io._packet({ type: 2, nsp: socket.nsp, data: args, options: {} });
    });
  },
  'ack-handed-over-twice': () => patch(Socket.prototype, 'onack', (original, socket, packet) => {
    const ack = socket.acks[packet.id];
    original(packet);
    if (ack) socket.acks[packet.id] = ack;
  }),
  'offset-forgotten': () => patch(Socket.prototype, 'onevent', (original, socket, packet) => {
    original(packet);
    socket._lastOffset = undefined;
  }),
  'replay-twice': () => patch(Socket.prototype, 'onevent', (original, socket, packet) => {
    original(packet);
    if (!socket.connected) original(packet);
  }),
};

/** Puts the fault in; throws for a name that is none. */
export function mutate(name) {
  if (!Object.hasOwn(mutants, name)) throw new Error(`no such mutant: ${name}; known: ${Object.keys(mutants)}`);
  return mutants[name]() ?? {};
}
