// Run summaries as `load` and `conform` write them, realistic enough to look at: one that passes, one that lost messages,
// one whose generator was too slow, one conformance run. Same numbers every time.
const HOSTILE = "</script><script>alert(1)</script> & \"quotes\" | `ticks` \u202e";

function noise(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const quantiles = (p50, p95, p99, max, count) =>
  ({p50, p95, p99, max, mean: p50 * 1.15, count, error_ms: p99 * 0.001 + 0.04});

function seconds(length, {outage = [], flagged = {}} = {}) {
  const random = noise(7);
  const wave = (mean, share) => mean * (1 + share * (random() - 0.5));
  return Array.from({length}, (_, t) => {
    const warm = t >= 4;
    const out = outage.includes(t);
    const slow = t in flagged;
    const offered = warm ? 500 : 125 * t;
    return {
      t, offered, done: out ? wave(offered * 0.3, 0.2) : wave(offered, 0.02), errors: out ? Math.round(wave(9, 0.6)) : 0,
      deliveries: offered * 2.6,
      e2e_p50: offered === 0 ? null : wave(out ? 8 : 2.1, 0.15), e2e_p95: offered === 0 ? null : wave(out ? 90 : 5.6, 0.2),
      e2e_p99: offered === 0 ? null : wave(out ? 240 : 9.4, 0.4), answer_p99: offered === 0 ? null : wave(out ? 120 : 4.8, 0.3),
      slip_p99: wave(slow ? 12 : 0.06, 0.6), undelivered: out ? Math.round(wave(60, 0.8)) : Math.round(random() * 2),
      connections: Math.min(2000, 500 * t), generator_cpu: wave(22, 0.2), target_cpu: wave(31, 0.2),
      generator_rss_mb: 61 + t * 0.05, target_rss_mb: 84 + t * 0.3, flagged: slow, flag_reason: flagged[t] ?? "",
    };
  });
}

const curve = (scale) => [0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999, 1].map((q, i) =>
  ({q, ms: scale * [0.8, 1.2, 1.6, 2.1, 3.1, 4.4, 5.6, 9.4, 11.8, 19.2, 31, 38][i]}));

const NAMES = ["ack-mismatch", "aborted-read", "acked-lost", "acked-undelivered", "duplicate-entity", "idempotency-break",
  "indeterminate-committed", "misdelivery", "phantom", "push-inversion", "real-time-inversion", "sequence-gap",
  "sequence-reuse", "stale-read", "torn-fanout", "vanished", "visible-duplicate"];
const anomalies = (found) => Object.fromEntries(NAMES.map((name) => [name, found[name] ?? 0]));

export function pass() {
  return {
    schema: "plumbline/summary/1", verb: "load", name: "chat-steady",
    question: "Does the reference server deliver 500 messages a second to 2 000 devices without losing, doubling or reordering any?",
    target: "embedded (plumbline serve, one process)", version: "0.1.0", started_at: "2026-11-21T08:01:02.003Z",
    outcome: "PASS",
    generator: {verdict: "VALID", reasons: [], facts: {
      "slip p99": "0.08 ms (limit 1 ms)", "loop lag p99": "0.4 ms (limit 5 ms)", "machine stalls": "0 (limit 100 ms)",
      "flagged seconds": "0 of 60 (limit 5 %)", "offered of planned": "100.0 % (limit 99 %)"}},
    exit_code: 0, reason: "", sentence: "nothing acknowledged was lost, doubled or reordered; e2e p99 9.4 ms at 500 messages/s",
    again: "plumbline load scenarios/chat-steady.yaml --seed 7", seed: 7,
    sent: 30012, acked: 30012, failed: 0, unknown: 0, expected_deliveries: 78204, deliveries: 78204,
    indeterminate_committed: 0, anomalies: anomalies({}), examples: [],
    latency_ms: {e2e: quantiles(2.1, 5.6, 9.4, 38, 78204), e2e_last: quantiles(2.6, 6.4, 11.2, 38, 30012),
      answer: quantiles(1.1, 2.9, 4.8, 21, 30012), typing: quantiles(0.9, 2.2, 3.9, 14, 11870)},
    gates: [
      {name: "e2e.p95", bound: "< 250 ms", value: "5.60 ms", outcome: "PASS", note: "± 0.05 ms, phase steady"},
      {name: "answer.p95", bound: "< 50 ms", value: "2.90 ms", outcome: "PASS", note: ""},
      {name: "anomalies", bound: "none", value: "none", outcome: "PASS", note: ""}],
    phases: [
      {name: "connect", start_s: 0, end_s: 4, measured: false, offered: 750, sent: 750, acked: 750, errors: 0,
        e2e: quantiles(2.4, 6.1, 10, 22, 1950), answer: quantiles(1.2, 3, 5, 11, 750)},
      {name: "steady", start_s: 4, end_s: 60, measured: true, offered: 28000, sent: 28000, acked: 28000, errors: 0,
        e2e: quantiles(2.1, 5.6, 9.4, 38, 72800), answer: quantiles(1.1, 2.9, 4.8, 21, 28000)}],
    steps: [
      {name: "send", started: 30012, ok: 30012, failed: 0, unknown: 0, latency: quantiles(1.1, 2.9, 4.8, 21, 30012),
        service: quantiles(1.0, 2.8, 4.6, 20, 30012)},
      {name: "typing", started: 11870, ok: 11870, failed: 0, unknown: 0, latency: quantiles(0.9, 2.2, 3.9, 14, 11870),
        service: quantiles(0.9, 2.1, 3.8, 14, 11870)},
      {name: "history", started: 5980, ok: 5980, failed: 0, unknown: 0, latency: quantiles(1.8, 4.1, 7.7, 19, 5980),
        service: quantiles(1.7, 4, 7.5, 19, 5980)}],
    clauses: [],
    environment: {cores: "2", kernel: "Linux 6.1.0", clock: "CLOCK_MONOTONIC, tsc", client: "WebSocket",
      build: "release, g++ 12.2.0"},
    configuration: "schema: scenario/1\nname: chat-steady\nusers: {count: 2000}\nphases:\n" +
      "  - {name: connect, ramp: {users: 2000, over: 4s}}\n  - {name: steady, for: 56s, rate: 500/s}\n" +
      "gates:\n  e2e.p95: {below: 250ms}\n  anomalies: none\n",
    e2e_curve: curve(1), seconds: seconds(60),
  };
}

export function fail() {
  const run = pass();
  Object.assign(run, {
    name: "worker-kill", outcome: "FAIL", exit_code: 5, reason: "anomalies", acked: 29871, failed: 96, unknown: 45,
    indeterminate_committed: 9, deliveries: 77648, expected_deliveries: 77660,
    sentence: "2 acknowledged messages are gone and 3 devices got one twice, all within 3 s of second 31",
    again: "plumbline load scenarios/worker-kill.yaml --seed 7", seconds: seconds(60, {outage: [31, 32, 33]}),
    anomalies: anomalies({"acked-lost": 2, "visible-duplicate": 3, "indeterminate-committed": 9, "sequence-gap": 4}),
    examples: [
      {anomaly: "acked-lost", message_id: "5f2c7c1e-9f0c-4a63-8d6e-0b0c2a6f1d11",
        text: "message 17 of device 812 in conversation 406, sequence id 33, acknowledged at 31.204 s, is absent from the final history"},
      {anomaly: "acked-lost", message_id: "a7a1c9de-51d4-4c3c-a7a5-3f6d1f1c9e02",
        text: "message 16 of device 90 in conversation 45, sequence id 29, acknowledged at 31.207 s, is absent from the final history"},
      {anomaly: "visible-duplicate", message_id: "0d9f6b54-6a0e-4f0b-8f6e-7d2f0a4c1b20",
        text: "message 18 of device 33 in conversation 16, sequence id 41, reached device 32 again on the same connection at 33.018 s"},
      {anomaly: "indeterminate-committed", message_id: "e1",
        text: `message 3 of device 5 in conversation 2, sequence id 8, had no known outcome: ${HOSTILE}`}],
  });
  run.gates[0] = {name: "e2e.p95", bound: "< 50 ms", value: "61.2 ms", outcome: "FAIL", note: "± 0.1 ms, phase steady"};
  run.gates[2] = {name: "anomalies", bound: "none", value: "5", outcome: "FAIL", note: "acked-lost 2, visible-duplicate 3"};
  return run;
}

export function invalid() {
  const run = pass();
  const flagged = Object.fromEntries([20, 21, 22, 41].map((t) => [t, "slip p99 12 ms > 1 ms"]));
  Object.assign(run, {
    outcome: "UNKNOWN", exit_code: 4, reason: "generator",
    sentence: "the generator sent late in 4 of 56 measured seconds (7.1 %, limit 5 %): lower the rate or give it its own core",
    seconds: seconds(60, {flagged}),
  });
  run.generator.verdict = "INVALID";
  run.generator.reasons = ["slip p99 12 ms > 1 ms in 4 of 56 measured seconds; the processor was shared with the target"];
  run.generator.facts["slip p99"] = "12 ms (limit 1 ms)";
  run.gates = run.gates.map((gate) => ({...gate, outcome: "UNKNOWN", note: "generator INVALID"}));
  return run;
}

export function conform() {
  const clause = (id, level, verdict, title, more = {}) => ({id, title, level, verdict, expected: "", observed: "",
    evidence: `evidence/${id}.log:1-12`, reproduce: `plumbline conform ${id} --target http://127.0.0.1:4000 --seed 91 -v`,
    reason: "", blocked_by: "", text: "", duration_ms: 14.2, ...more});
  return {
    schema: "plumbline/summary/1", verb: "conform", name: "core", question: "Is this an Engine.IO v4 and Socket.IO v5 server?",
    target: "http://127.0.0.1:4000", version: "0.1.0", started_at: "2026-11-21T08:01:02.003Z", outcome: "FAIL",
    generator: {verdict: "VALID", reasons: [], facts: {}}, exit_code: 1, reason: "clauses",
    sentence: "NON-CONFORMANT: 1 of 6 clauses fails, 1 is blocked by it", again: "plumbline conform --target http://127.0.0.1:4000 --seed 91",
    seed: 91, sent: 0, acked: 0, failed: 0, unknown: 0, expected_deliveries: 0, deliveries: 0, indeterminate_committed: 0,
    anomalies: {}, examples: [], latency_ms: {}, gates: [], phases: [], steps: [],
    clauses: [
      clause("EIO-HS-01", "MUST", "PASS", "The handshake answers an open packet", {observed: "0{\"sid\":…} after 3 ms"}),
      clause("EIO-HS-02", "SHOULD", "NON_STRICT", "Unknown transport answers 400", {expected: "400", observed: "404", reason: "legal, not preferred"}),
      clause("EIO-UP-04", "MUST", "FAIL", "Packets around an upgrade are delivered once, in order", {
        expected: "\"b\" once, after \"a\" (sent between probe and upgrade)",
        observed: "never, within 1.2 s; positive control: \"c\" sent after the upgrade arrived at 14 ms",
        text: "Once the upgrade packet is sent, all messages must go through the new transport."}),
      clause("EIO-UP-05", "MUST", "BLOCKED", "The polling transport is closed after the upgrade", {blocked_by: "EIO-UP-04"}),
      clause("EIO-HB-03", "MUST", "INCONCLUSIVE", "The server closes after a missing pong", {reason: `harness lag; ${HOSTILE}`}),
      clause("SIO-AK-01", "MUST", "PASS", "An acknowledgement carries the event's id")],
    environment: {cores: "2"}, configuration: "", e2e_curve: [], seconds: [],
  };
}

export const runs = {pass, fail, invalid, conform};
