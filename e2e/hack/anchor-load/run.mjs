// What an anchor costs: `llm-boundary-webhook anchor` in a process of its own, TLS and TokenReviews included, and as many pods as are asked for
// in this one. Each pod has the sidecar's own sender of heads (its connection, token, CA and backoff), a key and a log that grows. A stand-in
// for the API server answers TokenReviews over HTTPS, lists the pods and keeps the anchor's Secrets.
//
//   node e2e/hack/anchor-load/run.mjs [PODS [SECONDS [EVERY_MS]]]     # after a build; EVERY_MS 1000: ten times as busy
//
// Measures for SECONDS, after a first head of each pod. Prints one line of JSON: CPU and bytes of fleet log for each head, memory, TokenReviews,
// and how long a pod waited for the acceptance of a head. The pods and the API server use the same cores: the waiting includes theirs.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { AnchorConnection } from '../../../sidecar/dist/audit/anchor/anchor-connection.js';
import { HeadSender } from '../../../sidecar/dist/audit/anchor/head-sender.js';
import { Chain, createSigner } from '../../../sidecar/dist/audit/fleet/index.js';
import { AnchorProcess } from '../../dist/counterparts/anchor.js';

/** Linux reports CPU time in hundredths of a second. */
const TICK_MS = 10;

class Pod {
  constructor(index) {
    this.name = `p${index}`;
    this.namespace = 'ml';
    this.uid = `uid-p${index}`;
    this.chain = new Chain(`local/ml/${this.name}/chain/${String(index).padStart(16, '0')}`, Date.now);
    this.signer = createSigner(this.chain.origin);
    const identity = {
      cluster: null,
      host: 'h',
      namespace: 'ml',
      node: null,
      pod: this.name,
      pod_uid: this.uid,
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

  /** Sends heads until `finish`, each with a new line. `answered`: result, and how long it took from the head to the answer. */
  send([, url, , caFile, , tokenFile], everyMs, answered) {
    let begunMs = 0;
    const heads = {
      genesis: this.genesis,
      latest: () => {
        begunMs = performance.now();
        this.chain.event('heartbeat', { lost: 0, records: 0 });
        return { note: this.signer.sign(this.chain.head), seal: null };
      },
    };
    this.sender = new HeadSender({
      connection: new AnchorConnection({ url, caFile, tokenFile, lookup: null }),
      heads,
      measured: () => Promise.resolve(),
      telemetry: { anchorHead: (result) => answered(result, performance.now() - begunMs), anchorAge() {} },
      log: { warning() {} },
      limits: { everyMs },
    });
  }
}

function cpuMsOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function mebibytesOf(pid) {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024);
}

async function measure(count, seconds, everyMs) {
  const dir = mkdtempSync(join(tmpdir(), 'anchor-load-'));
  const pods = Array.from({ length: count }, (_, index) => new Pod(index));
  const anchor = await AnchorProcess.start(dir, pods);
  try {
    const idleMiB = mebibytesOf(anchor.pid);
    // The files have space in reserve; the copy on standard output has not.
    const bytes = () => statSync(anchor.fleetLog).size;
    let [times, results] = [[], {}];
    const answered = (result, ms) => {
      results[result] = (results[result] ?? 0) + 1;
      if (result === 'accepted') times.push(ms);
    };
    const startedCpuMs = cpuMsOf(anchor.pid);
    await Promise.all(
      pods.map(async (pod, index) => {
        await sleep((everyMs * index) / count);
        pod.send(anchor.flagsFor(pod), everyMs, answered);
      }),
    );
    while ((results.accepted ?? 0) < count) await sleep(100);
    const first = { ...percentiles(times), results, tokenReviews: anchor.reviews };
    first.cpuMsPerHead = rounded((cpuMsOf(anchor.pid) - startedCpuMs) / times.length);
    [times, results] = [[], {}];
    const [beforeMs, beforeBytes, beforeReviews, begunMs] = [
      cpuMsOf(anchor.pid),
      bytes(),
      anchor.reviews,
      performance.now(),
    ];
    await sleep(seconds * 1_000);
    const took = (performance.now() - begunMs) / 1_000;
    const [cpuMs, written, heads] = [cpuMsOf(anchor.pid) - beforeMs, bytes() - beforeBytes, times.length];
    const measured = {
      pods: count,
      seconds: Math.round(took),
      headsPerSecond: rounded(heads / took),
      results,
      core: rounded(cpuMs / 1_000 / took),
      cpuMsPerHead: rounded(cpuMs / heads),
      bytesPerHead: Math.round(written / heads),
      fleetLogMibPerHour: Math.round((written / took) * (3600 / 2 ** 20)),
      rssMiB: mebibytesOf(anchor.pid),
      idleMiB,
      tokenReviews: anchor.reviews - beforeReviews,
      answerMs: percentiles(times),
      load: loadavg().map(rounded),
      first,
    };
    await Promise.all(pods.map((pod) => pod.sender.finish(0)));
    return measured;
  } finally {
    await anchor.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

function percentiles(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (part) => Math.round(sorted[Math.floor(sorted.length * part)] ?? 0);
  return { median: at(0.5), p99: at(0.99) };
}

function rounded(value) {
  return Number(value.toFixed(3));
}

const [count, seconds, everyMs] = process.argv.slice(2);
console.log(
  JSON.stringify(await measure(Number(count ?? 1000), Number(seconds ?? 60), Number(everyMs ?? 10_000))),
);
