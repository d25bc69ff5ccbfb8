// Ten servers that do nothing right, each in its own way, and one that does one thing: node miniature.mjs KIND [URL], one line when it listens.
// They speak bytes, not HTTP of a library, since the point is to be wrong. URL is where `redirecting` points.
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:net';

const kSlowMs = 450; // just inside the time in which the judge awaits an answer
const kRefusals = ['Transport unknown', 'Session ID unknown', 'Bad handshake method', 'Bad request', 'Forbidden',
  'Unsupported protocol version'];

const answer = (status, body, headers = '') =>
  `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;
const refusal = (code) => answer('400 Bad Request', JSON.stringify({ code, message: kRefusals[code] }));
const accept_key = (request) => createHash('sha1')
  .update(`${/^sec-websocket-key: *(\S+)/im.exec(request.head)?.[1]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
const switching = (request) => 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
  + `Sec-WebSocket-Accept: ${accept_key(request)}\r\n\r\n`;

/** Calls `respond` with each request: {head, body, url: URL, method, upgrade}; after a switch `raw` has the bytes. */
function on_requests(socket, respond, raw = () => {}) {
  let held = Buffer.alloc(0);
  let switched = false;
  socket.on('data', (bytes) => {
    if (switched) {
      raw(bytes);
      return;
    }
    held = Buffer.concat([held, bytes]);
    for (let end = held.indexOf('\r\n\r\n'); end >= 0 && !switched; end = held.indexOf('\r\n\r\n')) {
      const head = held.subarray(0, end).toString('latin1');
      const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
      if (held.length < end + 4 + length) return;
      const [method, path] = head.split(' ');
      const url = URL.canParse(path, 'http://host') ? new URL(path, 'http://host') : new URL('http://host');
      const request = { head, method, url, body: held.subarray(end + 4, end + 4 + length), upgrade: /^upgrade:/im.test(head) };
      held = held.subarray(end + 4 + length);
      switched = respond(request) === 'switched';
      if (switched && held.length > 0) raw(held);
    }
  });
}

/** Sends every frame of a client back, unmasked; the close frame too. */
function echo_frames(socket) {
  let held = Buffer.alloc(0);
  return (bytes) => {
    held = Buffer.concat([held, bytes]);
    while (held.length >= 6) {
      const short = held[1] & 0x7f;
      const at = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (held.length < at + 4) return;
      const length = short === 126 ? held.readUInt16BE(2) : short === 127 ? Number(held.readBigUInt64BE(2)) : short;
      if (held.length < at + 4 + length) return;
      const mask = held.subarray(at, at + 4);
      const payload = held.subarray(at + 4, at + 4 + length).map((byte, i) => byte ^ mask[i % 4]);
      const head = Buffer.from(held.subarray(0, at));
      head[1] &= 0x7f;
      socket.write(Buffer.concat([head, payload]));
      held = held.subarray(at + 4 + length);
    }
  };
}

const say = (socket, text) => void socket.write(text);
const everywhere = (text) => (socket) => on_requests(socket, (request) => say(socket, text(request)));

/** What an engine of version 3 says to a client of version 4: every refusal is the right one, and nothing opens. */
function wrong_version({ method, url }) {
  const query = url.searchParams;
  if (!['polling', 'websocket'].includes(query.get('transport'))) return refusal(0);
  if (query.get('sid')) return refusal(1);
  if (method !== 'GET') return refusal(2);
  if (query.get('EIO') !== '3') return refusal(5);
  return answer('200 OK', '96:0{"sid":"abcdefghijklmnopqrst","upgrades":["websocket"],"pingInterval":300,"pingTimeout":200}2:40');
}

const open_packet = () => `0{"sid":"${randomBytes(15).toString('base64url')}","upgrades":["websocket"],"pingInterval":300,`
  + '"pingTimeout":200,"maxPayload":1000000}';
const text_frame = (text) => Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]); // below 126 bytes

/** Opens sessions as it should, and then only swallows: what passes here without a session in use is vacuous. */
function opens_only(socket) {
  on_requests(socket, ({ method, url, head, upgrade }) => {
    if (upgrade) {
      say(socket, switching({ head }));
      if (!url.searchParams.get('sid')) say(socket, text_frame(open_packet()));
      return 'switched';
    }
    if (method === 'POST') say(socket, answer('200 OK', 'ok'));
    else if (!url.searchParams.get('sid')) say(socket, answer('200 OK', open_packet()));
    return 'answered';
  });
}

const kinds = {
  'opens-only': opens_only,
  silent: () => {},
  'always-200': everywhere(() => answer('200 OK', 'ok')),
  'always-close': (socket) => socket.end(),
  'echo-anything': (socket) => on_requests(socket, (request) => {
    say(socket, request.upgrade ? switching(request) : answer('200 OK', request.body.length ? request.body.toString() : request.url.search));
    return request.upgrade ? 'switched' : 'answered';
  }, echo_frames(socket)),
  'random-bytes': (socket) => {
    const timer = setInterval(() => say(socket, randomBytes(64)), 20);
    socket.on('close', () => clearInterval(timer));
  },
  slow: (socket) => on_requests(socket, (request) => void setTimeout(
    () => say(socket, request.upgrade ? switching(request) : answer('200 OK', 'ok')), kSlowMs)),
  redirecting: everywhere(({ url }) => answer('302 Found', '', `Location: ${process.argv[3] ?? 'http://127.0.0.1:1'}${url.pathname}${url.search}\r\n`)),
  'half-open': (socket) => on_requests(socket, (request) => {
    // Half of an answer, then a FIN; what the client says is read and forgotten.
    socket.end(request.upgrade ? switching(request) : 'HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n0{"sid":"half"');
    return 'switched';
  }),
  'wrong-version': everywhere(wrong_version),
  'broken-tls': (socket) => socket.once('data', () => socket.end(Buffer.from('15030300020228', 'hex'))), // alert: handshake failure
};

const kind = kinds[process.argv[2]];
if (!kind) {
  console.error(`usage: node miniature.mjs ${Object.keys(kinds).join('|')} [URL]`);
  process.exit(2);
}
const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.on('end', () => socket.end());
  kind(socket);
  socket.resume(); // a silent one reads too: it is the answer that is missing
});
server.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
