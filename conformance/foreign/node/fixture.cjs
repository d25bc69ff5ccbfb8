// The protocol fixture on socket.io 2, 3 and 4 for Node, whichever is installed beside it.
const { createServer } = require('node:http');

const socketio = require('socket.io');
const http = createServer();
const options = { pingInterval: 300, pingTimeout: 200, connectTimeout: 1000, maxHttpBufferSize: 1e6 };
const io = socketio.Server ? new socketio.Server(http, options) : socketio(http, options);
for (const namespace of ['/', '/custom']) {
  io.of(namespace).on('connection', (socket) => {
    socket.emit('auth', socket.handshake.auth ?? {});
    socket.on('message', (...args) => socket.emit('message-back', ...args));
    socket.on('message-with-ack', (...args) => {
      const ack = args.pop(); // no function where the event asks for no answer
      if (typeof ack === 'function') ack(...args);
    });
  });
}
http.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${http.address().port}`));
