// The official Node server with a weakness: node fragile_server.mjs PORT dies|hangs. A PATCH request is too much for it.
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const [port, weakness] = process.argv.slice(2);
appendFileSync('starts.txt', `${process.pid}\n`); // in the folder of the target file
const http = createServer();
const io = new Server(http, { pingInterval: 300, pingTimeout: 200, connectTimeout: 1000 });
io.on('connection', (socket) => {
  socket.emit('auth', socket.handshake.auth);
  socket.on('message', (...args) => socket.emit('message-back', ...args));
});
http.prependListener('request', (request) => {
  if (request.method !== 'PATCH') return;
  if (weakness === 'dies') process.exit(1);
  for (;;); // accepts connections by the kernel, answers none
});
http.listen(Number(port), '127.0.0.1');
