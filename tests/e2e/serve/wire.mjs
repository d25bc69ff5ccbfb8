// Literal bytes against a server: HTTP over fetch and raw sockets, WebSocket through `ws`.
import http from 'node:http';
import net from 'node:net';
import { WebSocket } from 'ws';
import { patience } from '../plumbline.mjs';

/** One HTTP request on a connection of its own. */
export function request(url, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const req = http.request(url, { method, headers, agent: false }, (res) => {
      const parts = [];
      res.on('data', (part) => parts.push(part));
      res.on('end', () => {
        const bytes = Buffer.concat(parts);
        resolve({ status: res.statusCode, headers: res.headers, body: bytes.toString(), bytes });
      });
    });
    req.setTimeout(20_000 * patience, () => req.destroy(new Error(`no answer from ${method} ${url}`)));
    req.on('error', reject);
    req.end(body);
  });
}

/** A WebSocket that keeps every message from its first byte on. */
export class Wire {
  constructor(url, options = {}) {
    this.socket = new WebSocket(url.replace('http', 'ws'), options);
    this.seen = [];
    this.waiting = [];
    this.socket.on('message', (data, binary) => this.push(binary ? data : data.toString()));
    this.closed = new Promise((resolve) => this.socket.on('close', (code) => resolve({ code, at: performance.now() })));
    this.refused = new Promise((resolve) => this.socket.on('unexpected-response', (_, res) => {
      const parts = [];
      res.on('data', (part) => parts.push(part));
      res.on('end', () => resolve({ status: res.statusCode, body: Buffer.concat(parts).toString() }));
    }));
    this.socket.on('error', () => {});
    this.answerPings = true;
  }

  push(message) {
    if (message === '2' && this.answerPings) {
      this.socket.send('3');
      return;
    }
    const waiter = this.waiting.shift();
    if (waiter) waiter(message);
    else this.seen.push(message);
  }

  next(ms = 5000 * patience) {
    if (this.seen.length > 0) return Promise.resolve(this.seen.shift());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`silent for ${ms} ms`)), ms);
      this.waiting.push((message) => {
        clearTimeout(timer);
        resolve(message);
      });
    });
  }

  send(data) {
    this.socket.send(data);
  }

  /** How the connection ended, or a failure when it is still open after `ms`. */
  closedWithin(ms) {
    return Promise.race([
      this.closed,
      new Promise((_, reject) => setTimeout(() => reject(new Error(`still open after ${ms} ms`)), ms)),
    ]);
  }
}

/** Sends raw bytes and gives what came back until the peer closed or `ms` passed. */
export function raw(port, bytes, { ms = 1000, end = false } = {}) {
  return new Promise((resolve) => {
    const parts = [];
    const socket = net.connect(port, '127.0.0.1', () => (end ? socket.end(bytes) : socket.write(bytes)));
    const done = (closed) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text: Buffer.concat(parts).toString('latin1'), closed });
    };
    const timer = setTimeout(() => done(false), ms);
    socket.on('data', (part) => parts.push(part));
    socket.on('close', () => done(true));
    socket.on('error', () => done(true));
  });
}

/** A polling session: open packet and URL with its sid. */
export async function openPolling(url) {
  const opened = await request(`${url}/socket.io/?EIO=4&transport=polling`);
  const handshake = JSON.parse(opened.body.slice(1));
  return { ...handshake, url: `${url}/socket.io/?EIO=4&transport=polling&sid=${handshake.sid}` };
}

export async function openWebSocket(url, query = 'EIO=4&transport=websocket') {
  const wire = new Wire(`${url}/socket.io/?${query}`);
  wire.handshake = JSON.parse((await wire.next()).slice(1));
  return wire;
}
