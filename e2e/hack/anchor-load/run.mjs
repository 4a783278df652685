// What an anchor costs: real code of the anchor (routes, registry, fleet log on a disk) in a process of its own, and as many pods as are asked
// for in another, each with a connection, a key and a log that grows. TLS and TokenReviews are left out.
//
//   node e2e/hack/anchor-load/run.mjs [PODS [ROUNDS [EVERY_MS]]]     # after a build; 1000 20 1000: as busy as 10,000 pods are every 10 s
//
// Prints one line of JSON: CPU and bytes of fleet log for each head, memory, and times of answers.
import { fork } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const SIDECAR = '../../../sidecar/dist/audit/fleet/index.js';
const ANCHOR = '../../../webhook/dist/anchor';

/** Says its port, and at the end what it took. */
async function serve(dir) {
  const { FleetLog } = await import(SIDECAR);
  const { Anchor } = await import(`${ANCHOR}/anchor.js`);
  const { headApp } = await import(`${ANCHOR}/app.js`);
  const { PodTable } = await import(`${ANCHOR}/pod-table.js`);
  const { Registry } = await import(`${ANCHOR}/registry.js`);
  const { AnchorMetrics } = await import('../../../webhook/dist/telemetry/anchor-metrics.js');
  const metrics = new AnchorMetrics();
  const quiet = { info() {}, warn() {}, error() {} };
  const fleetLog = await FleetLog.open({
    dir,
    limitBytes: 2 ** 32,
    privateKey: generateKeyPairSync('ed25519').privateKey,
    name: 'llm-boundary-anchor',
    version: '0.0.0',
    env: {},
    host: 'bench',
    otlpEndpoint: null,
    otlpCredentials: null,
    telemetry: metrics.fleetLog,
    warn() {},
    broke() {},
    replay() {},
  });
  const anchor = new Anchor({
    fleetLog,
    registry: new Registry(),
    pods: new PodTable(Date.now),
    podsListed: () => true,
    tell: async () => {},
    metrics,
    log: quiet,
    now: Date.now,
  });
  const app = headApp({
    tokens: {
      podOf: async (header) => {
        const name = header.slice('Bearer '.length);
        return { namespace: 'ml', name, uid: `uid-${name}` };
      },
    },
    accept: (head, pod) => anchor.accept(head, pod),
    turnedAway() {},
    onError: (error) => console.error(error),
    requestMs: 10_000,
  });
  const server = createServer(app);
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  anchor.start();
  const idle = process.memoryUsage.rss();
  process.send({ port: server.address().port });
  let from = process.cpuUsage();
  process.on('message', async (message) => {
    if (message === 'begin') from = process.cpuUsage();
    else {
      const { user, system } = process.cpuUsage(from);
      process.send({ cpuMs: (user + system) / 1000, rss: process.memoryUsage.rss(), idle });
      anchor.stop();
      server.closeAllConnections();
      server.close();
      await fleetLog.close();
      process.disconnect();
    }
  });
}

class Pod {
  constructor(name, { Chain, createSigner }) {
    this.name = name;
    this.chain = new Chain(`local/ml/${name}/chain/${name.slice(1).padStart(16, '0')}`, Date.now);
    this.signer = createSigner(this.chain.origin);
    const identity = {
      cluster: null,
      host: 'h',
      namespace: 'ml',
      node: null,
      pod: name,
      pod_uid: `uid-${name}`,
    };
    this.genesis = this.chain.event('genesis', {
      commitment_key: null,
      identity: { ...identity, service_account: null },
      key: this.signer.key,
      node: process.version,
      policy: { generation: 1, name: 'default', sha256: 'ab'.repeat(32) },
      previous: [],
      version: '0.0.0',
    });
  }

  head(first) {
    this.chain.event('heartbeat', { lost: 0, records: 0 });
    const note = this.signer.sign(this.chain.head);
    return JSON.stringify({ v: 1, time: Date.now(), note, seal: null, genesis: first ? this.genesis : null });
  }
}

function send(port, agent, pod, body) {
  return new Promise((resolve, reject) => {
    const startedMs = performance.now();
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${pod.name}` };
    const sent = request(
      { port, agent, host: '127.0.0.1', method: 'POST', path: '/v1/heads', headers },
      (response) => {
        response.resume();
        response.on('end', () => resolve({ status: response.statusCode, ms: performance.now() - startedMs }));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

async function measure(pods, rounds, everyMs) {
  const dir = mkdtempSync(join(tmpdir(), 'anchor-load-'));
  const child = fork(fileURLToPath(import.meta.url), ['serve', dir], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    const [{ port }] = await once(child, 'message');
    const library = await import(SIDECAR);
    const agent = new Agent({ keepAlive: true, maxSockets: pods });
    const all = Array.from({ length: pods }, (_, index) => new Pod(`p${index}`, library));
    const bytes = () => readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
    await Promise.all(all.map((pod) => send(port, agent, pod, pod.head(true))));
    await sleep(1_100);
    const before = bytes();
    child.send('begin');
    const times = [];
    const refused = [];
    const begunMs = Date.now();
    await Promise.all(
      all.map(async (pod, index) => {
        for (let round = 0; round < rounds; round += 1) {
          const dueMs = begunMs + everyMs * (round + index / pods);
          await sleep(Math.max(0, dueMs - Date.now()));
          const { status, ms } = await send(port, agent, pod, pod.head(false));
          times.push(ms);
          if (status !== 200) refused.push(status);
        }
      }),
    );
    const seconds = (Date.now() - begunMs) / 1000;
    child.send('end');
    const [{ cpuMs, rss, idle }] = await once(child, 'message');
    const written = bytes() - before;
    agent.destroy();
    await once(child, 'exit');
    times.sort((a, b) => a - b);
    const heads = pods * rounds - refused.length;
    return {
      pods,
      heads,
      refused: refused.length,
      headsPerSecond: Math.round((pods * rounds) / seconds),
      cpuMsPerHead: Number((cpuMs / heads).toFixed(3)),
      coreAtEvery10s: Number(((cpuMs / heads) * (pods / 10)) / 1000).toFixed(3),
      bytesPerHead: Math.round(written / heads),
      fleetLogMibPerHour: Math.round((written / seconds) * (3600 / 2 ** 20)),
      rssMiB: Math.round(rss / 2 ** 20),
      idleMiB: Math.round(idle / 2 ** 20),
      answerMs: {
        median: Math.round(times[times.length >> 1]),
        p99: Math.round(times[Math.floor(times.length * 0.99)]),
      },
    };
  } finally {
    child.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  }
}

const [first, ...rest] = process.argv.slice(2);
if (first === 'serve') await serve(rest[0]);
else
  console.log(
    JSON.stringify(await measure(Number(first ?? 1000), Number(rest[0] ?? 20), Number(rest[1] ?? 1000))),
  );
