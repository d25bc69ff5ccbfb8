// No configuration shows every clause. What only some of them show holds there, on our server and on the official one, and
// between them our server's variants judge every active clause.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { run as plumbline } from '../plumbline.mjs';
import { judge } from './judge.mjs';
import { descriptor, variants } from './node_variants.mjs';

const names = Object.keys(variants).filter((name) => name !== 'undeclared');
// Variants of our server alone: the official one joins nodes by adapters that are packages of their own, not installed here.
const ours_only = ['cluster', 'cluster-recovery'];
// What no variant of our server has, and why.
const elsewhere = new Map([
  ['EIO-HS-23', 'it asks no application before a handshake: the official server, features'],
  ['EIO-HS-27', 'it sends no greeting: the official server, greeting'],
]);
// Departures of the official server that only these variants show; the rest is in node.test.mjs.
const departs = new Map([
  ['EIO-UP-17', 'FAIL'], // I-0048: it upgrades although its open packet offers nothing
  ['SIO-EV-14', 'NON_STRICT'], // I-0049: the flag of a message has no effect on WebSocket
  ['SIO-RE-07', 'NON_STRICT'], // I-0020: nobody is resumed who has had no event yet
  ['SIO-RE-11', 'WARN'], // I-0013: a pid is good twice
  ['SIO-RE-12', 'WARN'], // I-0039: resumed before the loss was noticed, it is cut off when the old connection times out
  ['SIO-RE-15', 'WARN'], // I-0038: missed events are sent before the refusal
  ['EIO-HB-08', 'NON_STRICT'], // waits half a minute for the answer to its close frame
  ['EIO-LM-06', 'NON_STRICT'], // what a client does not read waits until the heartbeat ends it
]);

const catalogue = JSON.parse((await plumbline(['conform', 'list', '--json'])).stdout);
const active = catalogue.filter((clause) => clause.status === 'active' && !clause.capabilities.includes('client'));
const everywhere = new Set();
const holds = ['PASS', 'INFO'];

// Clauses that need what this variant has and none before it, and nothing that only others have.
const only_in = (name) => {
  const before = names.slice(0, names.indexOf(name)).flatMap((one) => variants[one].capabilities);
  const own = variants[name].capabilities.filter((one) => !before.includes(one));
  const others = names.flatMap((one) => variants[one].capabilities).filter((one) => !variants[name].capabilities.includes(one));
  return active.filter((clause) => clause.capabilities.some((need) => own.includes(need)) &&
    !clause.capabilities.includes('cluster') && !clause.capabilities.some((need) => others.includes(need)));
};

// Two at a time: each waits for its timers more than half of the time.
test('our server', { concurrency: 2 }, (all) => Promise.all(
  [...names.filter((one) => one !== 'greeting'), ...ours_only].map((name) => {
    // Without upgrades those about upgrades do not apply.
    const asked = name === 'no-upgrades' ? only_in(name).map((clause) => clause.id) : [];
    return all.test(name, async () => {
      const run = await judge([...asked, '--variant', name]);
      assert.equal(run.code, 0, run.stdout + run.stderr);
      for (const [id, clause] of run.clauses) {
        assert.ok([...holds, 'NOT_SUPPORTED'].includes(clause.verdict), `${id} is ${clause.verdict}: ${clause.observed}`);
        if (holds.includes(clause.verdict)) everywhere.add(id);
      }
    });
  })));

test('between them the variants judge every active clause', () => {
  assert.deepEqual(active.map((clause) => clause.id).filter((id) => !everywhere.has(id) && !elsewhere.has(id)), []);
});

test('the official Node server: what only one variant has', { concurrency: 2 }, (all) => Promise.all(
  names.filter((one) => one !== 'plain').map((name) =>
    all.test(name, async (t) => {
      const only = only_in(name);
      assert.ok(only.length > 0, 'a variant is there for what no other shows');
      const program = fileURLToPath(new URL('node_server.mjs', import.meta.url));
      // The suite starts and restarts it then, at a port that was free just now.
      if (variants[name].capabilities.includes('observe.process')) {
        const probe = createServer().listen(0, '127.0.0.1');
        await once(probe, 'listening');
        const { port } = probe.address();
        await new Promise((closed) => probe.close(closed));
        const start = `exec ${process.execPath} ${program} ${port} ${name}`;
        await writeFile(`${name}.yaml`, `${descriptor(`http://127.0.0.1:${port}`, name)}control: {start: '${start}'}\n`);
      } else {
        const child = spawn(process.execPath, [program, '0', name], { stdio: ['ignore', 'pipe', 'inherit'] });
        t.after(() => child.kill('SIGKILL'));
        const [line] = await once(createInterface({ input: child.stdout }), 'line');
        await writeFile(`${name}.yaml`, descriptor(line.split(' ').at(-1), name));
      }
      const run = await judge([...only.map((clause) => clause.id), '--target', `${name}.yaml`]);
      for (const { id } of only) {
        const found = run.clauses.get(id);
        assert.ok(holds.includes(found.verdict) || departs.get(id) === found.verdict,
          `${id} is ${found.verdict}: ${found.observed} ${found.reason}`);
      }
    }))));
