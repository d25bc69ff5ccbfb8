// The official Socket.IO server as a fixture for our client: echo, acks, binary, auth, refusals, kicks.
// Prints its port; ends with the test that started it.
import { createServer } from "node:http";
import { Server } from "socket.io";

const server = createServer();
const io = new Server(server, {
  pingInterval: Number(process.env.PING_INTERVAL ?? 25_000),
  pingTimeout: Number(process.env.PING_TIMEOUT ?? 20_000),
  transports: (process.env.TRANSPORTS ?? "polling,websocket").split(","),
  allowUpgrades: process.env.UPGRADES !== "off",
});

function serve(socket) {
  socket.emit("auth", socket.handshake.auth);
  socket.on("message", (...args) => socket.emit("message-back", ...args));
  socket.on("message-with-ack", (...args) => args.pop()(...args));
  socket.on("ask-me", () => socket.emit("question", 6, 7, (answer) => socket.emit("answered", answer)));
  socket.on("transport", (reply) => reply(socket.conn.transport.name));
  socket.on("burst", (count) => {
    for (let i = 0; i < count; ++i) socket.emit("tick", i);
  });
  socket.on("kick", () => socket.disconnect());
  socket.on("hang-up", () => socket.conn.close());
}

io.on("connection", serve);
io.of("/custom").on("connection", serve);
io.of("/closed").use((socket, next) => {
  const error = new Error("not you");
  error.data = { code: "NO_TOKEN" };
  next(error);
});

server.listen(0, "127.0.0.1", () => console.log(`listening on ${server.address().port}`));
