// Runs `plumbline conform` and reads what it found: one map from clause id to its row of summary.json.
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { patience, run } from '../plumbline.mjs';

export async function judge(args) {
  const out = join(await mkdtemp('run-'), 'out');
  const result = await run(['conform', ...args, '--out', out], { timeoutMs: 120_000 * patience });
  const summary = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8').catch(() => '{"clauses":[]}'));
  const clauses = new Map(summary.clauses.map((clause) => [clause.id, clause]));
  const with_verdict = (verdict) => [...clauses.values()].filter((c) => c.verdict === verdict).map((c) => c.id).sort();
  return { ...result, out, summary, clauses, with_verdict };
}
