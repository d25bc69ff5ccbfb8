// The protocol fixture on the official Node server: 300/200 ms heartbeat, 1 s connect timeout, 600 ms for an
// upgrade, 1,000,000 bytes.
// A program of its own, so that it can be ended at once: node node_server.mjs [PORT [VARIANT]], one line when it listens.
// The variants are those of `plumbline conform --variant`; node_variants.mjs has what they declare.
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { install } from './node_fixture.mjs';
import { variants } from './node_variants.mjs';

const variant = variants[process.argv[3] ?? 'undeclared'];
const http = createServer(variant.http ?? {});
const io = new Server(http, {
  pingInterval: 300, pingTimeout: 200, connectTimeout: 1000, upgradeTimeout: 600, maxHttpBufferSize: 1e6,
  ...variant.options,
});
install(io);
process.on('SIGTERM', () => io.close());
http.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${http.address().port}`);
});
