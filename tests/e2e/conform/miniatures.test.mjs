// Ten servers that do nothing right, and one that only opens sessions: the judge ends in time, calls each non-conformant, and passes no clause of any.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { run, serve } from '../plumbline.mjs';
import { judge } from './judge.mjs';

// The longest first, so that the run ends soon after it.
const kinds = ['slow', 'silent', 'always-200', 'always-close', 'echo-anything', 'random-bytes', 'redirecting', 'half-open',
  'wrong-version', 'broken-tls', 'opens-only'];
const at_a_time = 4; // each waits for what never comes most of the time
const seconds = 100; // the judge's budget for second looks is 60 s, and a slow target uses all of it
// A pass is earned where the target truly does what the clause demands. The ten earn none. The eleventh opens sessions
// with good ids and open packets, takes POSTs, and gives no credentials to any origin; of what follows it keeps nothing.
const earned = {
  'opens-only': ['EIO-HS-01', 'EIO-HS-02', 'EIO-HS-03', 'EIO-HS-05', 'EIO-HS-16', 'EIO-HS-17', 'EIO-HD-02', 'EIO-HD-07'],
};

async function start(t, kind, ...words) {
  const file = fileURLToPath(new URL('miniatures/miniature.mjs', import.meta.url));
  const child = spawn(process.execPath, [file, kind, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return line.split(' ').at(-1);
}

const described = (kind, url) => `schema: target/1
target: {name: ${kind}}
endpoints: {socketio: {url: '${url}'}}
timing: {ping_interval_ms: 300, ping_timeout_ms: 200, connect_timeout_ms: 1000}
limits: {max_payload: 1000000}
capabilities: {transport.upgrade: true, testapp: true, testapp.custom: true}
`;

const earns_nothing = (kind) => async (t) => {
  // If the judge followed redirects, it would judge this good server instead.
  const elsewhere = kind === 'redirecting' ? [(await serve(t, ['--app', 'echo'])).url] : [];
  const url = await start(t, kind, ...elsewhere);
  await writeFile(`${kind}.yaml`, described(kind, url));
  const from = performance.now();
  const found = await judge(['--target', `${kind}.yaml`]);
  const took = (performance.now() - from) / 1000;
  // Of one that answers so late nothing may be said at all: its failures are in doubt.
  const codes = kind === 'slow' ? [1, 4] : [1];
  assert.ok(codes.includes(found.code), found.stdout + found.stderr);
  assert.match(found.stdout, found.code === 1 ? /NON-CONFORMANT/ : /INCOMPLETE/);
  const verdicts = kind in earned ? ['PASS'] : ['PASS', 'NON_STRICT'];
  const good = [...found.clauses.values()].filter(({ id, verdict }) => verdicts.includes(verdict) && !earned[kind]?.includes(id))
    .map((clause) => `${clause.id} ${clause.verdict}: ${clause.observed}`);
  assert.deepEqual(good, [], found.stdout);
  assert.ok(took < seconds, `${took} s`);
};

async function ends_by_url_alone(t) {
  const found = await judge(['--target', await start(t, 'silent')]);
  assert.equal(found.code, 1, found.stdout + found.stderr);
  assert.deepEqual(found.with_verdict('PASS'), [], found.stdout);
}

test('broken servers', { concurrency: at_a_time }, (all) => Promise.all([
  ...kinds.map((kind) => all.test(`${kind} earns nothing unearned`, earns_nothing(kind))),
  all.test('by URL alone a silent server ends the run as soon, and passes nothing', ends_by_url_alone),
]));

test('an address that asks for TLS is refused in one sentence', async (t) => {
  const url = (await start(t, 'broken-tls')).replace('http:', 'https:');
  const { code, stdout, stderr } = await run(['conform', '--target', url]);
  assert.ok([2, 3].includes(code), stdout + stderr);
  assert.match(stderr, /^plumbline conform: [^\n]*\n$/);
});
