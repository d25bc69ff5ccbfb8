// The command line: exit codes, sentences, list and explain.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { access, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { executable, run } from '../plumbline.mjs';
import { judge } from './judge.mjs';

const unused_port = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

test('list names every clause and explain tells one', async () => {
  const list = await run(['conform', 'list']);
  assert.equal(list.code, 0);
  assert.match(list.stdout, /^EIO-HS-01 +MUST +A polling handshake opens a session$/m);
  assert.match(list.stdout, /^\d+ clauses$/m);
  const explain = await run(['conform', 'explain', 'SIO-CO-09']);
  assert.equal(explain.code, 0);
  assert.match(explain.stdout, /MUST be closed at the connect timeout/);
  assert.match(explain.stdout, /no-connect-timeout/);
});

test('list and explain print JSON for scripts', async () => {
  const list = JSON.parse((await run(['conform', 'list', '--json'])).stdout);
  assert.deepEqual(Object.keys(list[0]).slice(0, 3), ['id', 'level', 'title']);
  const clause = JSON.parse((await run(['conform', 'explain', 'SIO-CO-09', '--json'])).stdout);
  assert.deepEqual(clause.mutants, ['no-connect-timeout']);
});

test('a negative seed is a usage error in one sentence', async () => {
  const { code, stdout, stderr } = await run(['conform', '--seed', '-1']);
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /^plumbline conform: --seed: must be a whole number from 0 to \d+, not -1; see plumbline conform --help\n$/);
});

test('an unknown id is a usage error that suggests', async () => {
  const { code, stderr } = await run(['conform', 'EIO-UP-44']);
  assert.equal(code, 2);
  assert.match(stderr, /no clause or area 'EIO-UP-44' \(see plumbline conform list\); did you mean 'EIO-UP-04'\?\n/);
});

test('a target that nobody serves is unreachable in one sentence', async () => {
  const { code, stderr, stdout } = await run(['conform', '--target', `http://127.0.0.1:${await unused_port()}`]);
  assert.equal(code, 3);
  assert.equal(stdout, '');
  assert.match(stderr, /^plumbline conform: http:\/\/127.0.0.1:\d+ refused the connection; is the server running\?\n$/);
});

test('a cluster without redis-server is told in one sentence', async () => {
  const { code, stdout, stderr } = await run(['conform', '--variant', 'cluster'], { env: { PATH: '/nowhere' } });
  assert.equal(code, 6);
  assert.equal(stdout, '');
  assert.match(stderr, /^plumbline conform: this variant needs a Redis: the program redis-server is missing; [^\n]+\n$/);
});

test('a node without its Redis does not start, in one sentence', async () => {
  const port = await unused_port();
  const { code, stderr } = await run(['serve', '--app', 'echo', '--port', '0', '--cluster', `redis://127.0.0.1:${port}`]);
  assert.equal(code, 6);
  assert.match(stderr, /^plumbline serve: --cluster: no Redis answers at 127\.0\.0\.1:\d+; [^\n]+\n$/);
});

test('a misspelt key of a target file is told with its place', async () => {
  await writeFile('bad.yaml', "schema: target/1\ntarget: {name: x}\nendpoints: {socketio: {url: 'http://127.0.0.1:1'}}\ntimming: {}\n");
  const { code, stderr } = await run(['conform', '--target', 'bad.yaml']);
  assert.equal(code, 2);
  assert.match(stderr, /bad.yaml:4:1: unknown key 'timming' in the target file; did you mean 'timing'\?/);
});

test('an unknown mutant is refused', async () => {
  const { code, stderr } = await run(['conform', 'EIO-HS-01', '--mutant', 'no-such-fault']);
  assert.equal(code, 2);
  assert.match(stderr, /no-such-fault/);
});

test('a server that speaks no Engine.IO fails, and nothing of it passes', async (t) => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const result = await judge(['EIO-HS', '--target', `http://127.0.0.1:${server.address().port}`]);
  assert.equal(result.code, 1, result.stdout + result.stderr);
  assert.deepEqual(result.with_verdict('PASS'), [], result.stdout);
  assert.equal(result.clauses.get('EIO-HS-06').blocked_by, 'EIO-HS-01');
});

test('a target that dies for good is lost', async (t) => {
  // Answers the probe and some handshakes, then stops listening.
  let left = 3;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    if (--left === 0) server.close();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const result = await judge(['EIO-HS', '--target', `http://127.0.0.1:${server.address().port}`]);
  assert.equal(result.code, 3, result.stdout + result.stderr);
  assert.match(result.stdout, /the target was lost/);
});

test('an interrupted run ends with 130 and a readable report', async () => {
  const out = join(await mkdtemp('interrupted-'), 'run');
  const child = spawn(executable, ['conform', '--out', out], { stdio: 'ignore', detached: true });
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  while (!await access(join(out, '.plumbline-run')).then(() => true, () => false)) await pause(5);
  await pause(20); // the first cases have begun, no timing case has ended
  process.kill(-child.pid, 'SIGINT'); // the whole group, as a terminal does
  assert.equal(await ended, 130);
  const summary = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8'));
  assert.equal(summary.exit_code, 130);
  assert.notEqual(summary.outcome, 'FAIL'); // the target must not pay for the interruption
  await access(join(out, 'report.html'));
});
