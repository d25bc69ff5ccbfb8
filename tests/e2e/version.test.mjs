// The executable answers before it does anything else.
import assert from 'node:assert/strict';
import test from 'node:test';

import { run } from './plumbline.mjs';

test('prints its version', async () => {
  const { code, stdout } = await run(['--version']);

  assert.equal(code, 0);
  assert.match(stdout, /^plumbline \d+\.\d+\.\d+\n$/);
});

test('names the verbs and exits 2 without one', async () => {
  const { code, stderr } = await run([]);

  assert.equal(code, 2);
  for (const verb of ['serve', 'load', 'conform', 'report']) assert.match(stderr, new RegExp(`plumbline ${verb} `));
});
