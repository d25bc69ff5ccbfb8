// The official Node server in the configurations of `plumbline conform --variant`, with what each declares.
const fixture = ['ask', 'bcast', 'deny', 'dynamic', 'flood', 'kick', 'middleware', 'packet-middleware', 'rooms', 'slow', 'volatile', 'watch']
  .map((ability) => `testapp.${ability}`);
const any = { cors: { origin: '*' } };

export const variants = {
  undeclared: { options: {}, capabilities: [], not_there: [] }, // the server as it comes, nothing optional declared
  plain: { options: any, capabilities: [...fixture, 'cors.any', 'http.compression'], not_there: [] },
  recovery: {
    options: { ...any, connectionStateRecovery: { maxDisconnectionDuration: 2000, skipMiddlewares: false } },
    capabilities: [...fixture, 'cors.any', 'sio.recovery', 'recovery.admission'],
    not_there: ['recovery.off'],
    timing: ', recovery_window_ms: 2000',
  },
  features: {
    options: {
      cors: { origin: ['https://app.example'], credentials: true },
      cookie: true,
      perMessageDeflate: { threshold: 1024 },
      allowRequest: (request, tell) => {
        const refused = new URL(request.url, 'http://host').searchParams.has('refuse');
        tell(refused ? 'refused by the fixture' : null, !refused);
      },
    },
    capabilities: [...fixture, 'handshake.reject', 'cors.list', 'cookie', 'http.compression', 'permessage-deflate', 'testapp.compress'],
    not_there: [],
  },
  process: { // started and stopped by the suite
    options: any,
    capabilities: [...fixture, 'cors.any', 'http.compression', 'observe.process', 'control.restart'],
    not_there: [],
  },
  patient: { // polls wait undisturbed
    options: { ...any, pingInterval: 60_000 },
    capabilities: [...fixture, 'cors.any', 'http.compression', 'observe.process', 'heartbeat.slow'],
    not_there: [],
    interval: 60_000,
  },
  crowd: {
    options: { ...any, pingInterval: 10_000 },
    http: { headersTimeout: 1000, connectionsCheckingInterval: 50 },
    capabilities: [...fixture, 'cors.any', 'http.compression', 'scale'],
    not_there: [],
    interval: 10_000,
    timing: ', head_timeout_ms: 1000',
  },
  bare: { options: { httpCompression: false }, capabilities: [...fixture, 'cors.off'], not_there: [] },
  'no-upgrades': {
    options: { ...any, allowUpgrades: false },
    capabilities: [...fixture, 'cors.any', 'http.compression', 'upgrades.off'],
    not_there: ['transport.upgrade'],
  },
  // Not of our server.
  greeting: {
    options: { ...any, initialPacket: 'welcome' },
    capabilities: [...fixture, 'cors.any', 'http.compression', 'initial-packet'],
    not_there: [],
  },
};

// A target file for the server of this variant at `url`.
export function descriptor(url, variant = 'undeclared', interval = variants[variant].interval ?? 300) {
  const { capabilities, not_there, timing = '' } = variants[variant];
  const declared = [...capabilities.map((name) => `${name}: true`), ...not_there.map((name) => `${name}: false`)];
  return `schema: target/1
target: {name: node socket.io 4.8.4}
endpoints: {socketio: {url: '${url}'}}
timing: {ping_interval_ms: ${interval}, ping_timeout_ms: 200, connect_timeout_ms: 1000, upgrade_timeout_ms: 600${timing}}
limits: {max_payload: 1000000}
capabilities: {${declared.join(', ')}}
`;
}
