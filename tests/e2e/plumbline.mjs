// Runs the executable under test: serve() starts a server and stops it with the test, run() waits for an end.
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export const executable = resolve(process.env.PLUMBLINE);
export const source = resolve(process.env.PLUMBLINE_SOURCE);

// ctest gives each test a folder of the build tree; whoever runs one by hand stands in the source tree, where no run belongs.
if (!relative(join(source, 'tests'), process.cwd()).startsWith('..')) process.chdir(mkdtempSync(join(tmpdir(), 'plumbline-')));

/** Time bounds of a test, wider where sanitizers slow the server. */
export const patience = process.env.PLUMBLINE_SANITIZED === '1' ? 4 : 1;

/** Runs `plumbline ...args` to its end. */
export function run(args, { timeoutMs = 60_000, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(executable, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text) => (output.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (output.stderr += text));
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, ...output });
    });
  });
}

/**
 * Starts `plumbline serve --port 0 ...args` and resolves once it listens. `t` is the test context: the server is
 * stopped with SIGTERM when that test ends. The answer has url, port, pid and stop(), which resolves to the exit code.
 */
export async function serve(t, args = [], { timeoutMs = 10_000 * patience } = {}) {
  const child = spawn(executable, ['serve', '--port', '0', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  const stop = async (signal = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    const code = await ended;
    clearTimeout(timer);
    return code;
  };
  t.after(() => stop());

  const url = await new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`plumbline serve ${args.join(' ')}: ${why}\n${stderr}`));
    const timer = setTimeout(() => fail('did not listen in time'), timeoutMs);
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /^plumbline: listening on (http:\S+)$/.exec(line);
      if (found) {
        clearTimeout(timer);
        resolve(found[1]);
      }
    });
    ended.then((code) => {
      clearTimeout(timer);
      fail(`ended with ${code} before it listened`);
    });
    child.on('error', (error) => fail(error.message));
  });
  return { url, port: Number(new URL(url).port), pid: child.pid, stop, ended, stderr: () => stderr };
}
