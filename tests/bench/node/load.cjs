// The official client as a load generator, with the floor generator's arguments, schedule and report line.
//   node load.cjs PORT CONNECTIONS message-with-ack|bcast RATE SECONDS IN_A_ROW
const { io } = require("socket.io-client");

const [port, count, event, rate, seconds, row] = process.argv.slice(2).map((word) => (isNaN(word) ? word : +word));
const planned = Math.floor((rate * seconds) / row) * row;
const expected = planned * (event === "bcast" ? count : 1);
const filler = "x".repeat(64 - 8); // as in scenarios/echo-ack.yaml
const rtt = [];
const slip = [];
const sockets = [];
let joined = 0;
let start;

const now = () => performance.now() / 1e3;
const due = (index) => start + (index - (index % row)) / rate;
const done = (index) => rtt.push(now() - due(index));

function join() {
  const options = { transports: ["websocket"], forceNew: true, reconnection: false, perMessageDeflate: false };
  const socket = io(`http://127.0.0.1:${port}`, options);
  sockets.push(socket);
  socket.on("bcast", (text) => done(parseInt(text, 10)));
  socket.on("connect", () => {
    joined += 1;
    if (sockets.length < count) join();
    else if (joined === count) steady();
  });
}

function steady() {
  start = now();
  setInterval(() => {
    for (let i = slip.length; i < planned && due(i) <= now(); i = slip.length) {
      const text = String(i).padStart(8, "0") + filler;
      const socket = sockets[Math.floor(i / row) % count];
      if (event === "bcast") socket.emit("bcast", text);
      else socket.emit("message-with-ack", text, () => done(i));
      slip.push(now() - due(i));
    }
    const over = now() - start - seconds;
    if (over > 1 || (over > 0 && rtt.length >= expected)) report();
  }, 1);
}

function report() {
  const line = { planned: expected, completed: rtt.length };
  for (const [name, times] of Object.entries({ rtt, slip })) {
    times.push(0);
    times.sort((a, b) => a - b);
    for (const [quantile, share] of [["p50", 0.5], ["p99", 0.99], ["max", 1]]) {
      line[`${name}_${quantile}_us`] = Math.round(1e6 * times[Math.floor((times.length - 1) * share)]);
    }
  }
  process.stdout.write(JSON.stringify(line) + "\n", () => process.exit(0));
}

for (let i = 0; i < Math.min(count, 64); ++i) join();
