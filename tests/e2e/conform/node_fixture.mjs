// The protocol fixture for a socket.io Server: the events and namespaces of reference-server/README.md.
const ASK_MS = 100;

function on_connection(nsp, socket) {
  socket.emit('auth', socket.handshake.auth);
  socket.use(([event], next) => next(event === 'refuse-me' ? new Error('refused') : undefined));
  socket.on('error', (error) => socket.emit('packet-error', error.message));

  socket.on('message', (...args) => socket.emit('message-back', ...args));
  socket.on('plain', (...args) => socket.compress(false).emit('plain-back', ...args));
  socket.on('volatile', (...args) => socket.volatile.emit('volatile-back', ...args));
  socket.on('message-with-ack', (...args) => {
    const ack = args.pop();
    if (typeof ack === 'function') ack(...args); // without an id there is nobody to answer
  });
  socket.on('bcast', (...args) => nsp.emit('bcast', ...args));

  const tell = (ack) => typeof ack === 'function' && ack([...socket.rooms].filter((room) => room !== socket.id));
  socket.on('join', (rooms, ack) => {
    socket.join([rooms].flat());
    tell(ack);
  });
  socket.on('leave', (rooms, ack) => {
    for (const room of [rooms].flat()) socket.leave(room);
    tell(ack);
  });
  const addressed = ({ to = [], except = [], others = false } = {}) =>
    nsp.to([to].flat()).except([...[except].flat(), ...(others ? [socket.id] : [])]);
  socket.on('room', (options, ...args) => addressed(options).emit('room', ...args));

  socket.on('ask', (...args) => socket.timeout(ASK_MS).emit('question', ...args, (error, ...answer) => {
    socket.emit('answer', ...(error ? ['timeout'] : [null, ...answer]));
  }));
  socket.on('ask-all', (options, ...args) => {
    addressed(options).timeout(options?.timeout ?? ASK_MS).emit('question', ...args, (error, answers) => {
      socket.emit('answers', error ? 'timeout' : null, answers);
    });
  });
  socket.on('watch', (ack) => {
    socket.join('watchers');
    if (typeof ack === 'function') ack();
  });
  socket.on('disconnect', (reason) => nsp.to('watchers').emit('disconnected', socket.id, reason));
  socket.on('flood', async ({ to = [], count = 0, size = 0 } = {}, ack) => {
    for (let i = 0; i < count; i += 1) {
      nsp.to([to].flat()).emit('flood', 'x'.repeat(size));
      await new Promise((done) => setTimeout(done, 1));
    }
    if (typeof ack === 'function') ack();
  });
  socket.on('kick', () => socket.disconnect());
  socket.on('kick-hard', () => socket.disconnect(true));
  socket.on('kick-all', (options) => addressed(options).disconnectSockets(options?.hard === true));
}

function refusal(message, data) {
  return Object.assign(new Error(message), { data });
}

export function install(io) {
  for (const name of ['/', '/custom', '/deny', '/steps', '/slow', /^\/dynamic-[0-9]{1,9}$/]) {
    const parent = io.of(name);
    if (name === '/deny') {
      parent.use((socket, next) => {
        const { auth } = socket.handshake;
        next(auth.allow === true ? undefined : refusal('denied', { code: 'DENIED', auth }));
      });
    }
    if (name === '/steps') {
      const taken = new WeakMap();
      for (const step of ['first', 'second']) {
        parent.use((socket, next) => {
          taken.set(socket, [...(taken.get(socket) ?? []), step]);
          const refuses = socket.handshake.auth.fail === step;
          next(refuses ? refusal(`${step} step refuses`, { steps: taken.get(socket) }) : undefined);
        });
      }
    }
    if (name === '/slow') parent.use((_, next) => setTimeout(next, ASK_MS));
    parent.on('connection', (socket) => on_connection(socket.nsp, socket));
  }
}
