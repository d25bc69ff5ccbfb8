// The official server, as the peer of the benchmarks: the echo fixture's events plus `bcast`, WebSocket only.
const { createServer } = require("node:http");
const { Server } = require("socket.io");

const http = createServer();
const io = new Server(http, { transports: ["websocket"], perMessageDeflate: false, serveClient: false });
io.on("connection", (socket) => {
  socket.emit("auth", socket.handshake.auth);
  socket.on("message", (...args) => socket.emit("message-back", ...args));
  socket.on("message-with-ack", (...args) => args.pop()(...args));
  socket.on("bcast", (...args) => io.emit("bcast", ...args));
});
http.listen(0, "127.0.0.1", () => console.log(`node: listening on http://127.0.0.1:${http.address().port}`));
