// The protocol fixture on the Bun engine: socket.io for Node over @socket.io/bun-engine.
import { Server as Engine } from '@socket.io/bun-engine';
import { Server } from 'socket.io';

const engine = new Engine({ path: '/socket.io/', pingInterval: 300, pingTimeout: 200, maxHttpBufferSize: 1e6 });
const io = new Server({ connectTimeout: 1000 });
io.bind(engine);
for (const namespace of ['/', '/custom']) {
  io.of(namespace).on('connection', (socket) => {
    socket.emit('auth', socket.handshake.auth);
    socket.on('message', (...args) => socket.emit('message-back', ...args));
    socket.on('message-with-ack', (...args) => {
      const ack = args.pop(); // no function where the event asks for no answer
      if (typeof ack === 'function') ack(...args);
    });
  });
}
const server = Bun.serve({ hostname: '127.0.0.1', port: Number(process.argv[2] ?? 0), ...engine.handler() });
console.log(`listening on http://127.0.0.1:${server.port}`);
