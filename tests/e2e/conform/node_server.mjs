// The protocol fixture on the official Node server: 300/200 ms heartbeat, 1 s connect timeout, 1,000,000 bytes.
// As a program it listens on the port given (0: any) and prints one line; as a module it gives start().
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { Server } from 'socket.io';

export async function start(port = 0) {
  const http = createServer();
  const io = new Server(http, { pingInterval: 300, pingTimeout: 200, connectTimeout: 1000, maxHttpBufferSize: 1e6 });
  for (const namespace of ['/', '/custom']) {
    io.of(namespace).on('connection', (socket) => {
      socket.emit('auth', socket.handshake.auth);
      socket.on('message', (...args) => socket.emit('message-back', ...args));
      socket.on('message-with-ack', (...args) => args.pop()(...args));
    });
  }
  await new Promise((resolve) => http.listen(port, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${http.address().port}`, stop: () => io.close() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await start(Number(process.argv[2] ?? 0));
  console.log(`listening on ${url}`);
}
