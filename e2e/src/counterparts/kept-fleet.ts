import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { freePort } from '../process/free-port.ts';
import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import type { ScriptedUpstream } from '../process/upstream.ts';
import { until } from '../process/until.ts';
import { AnchorProcess } from './anchor.ts';
import { startChatModel } from './chat-model.ts';
import { send, unsentLines } from './exchanges.ts';
import type { ListedPod } from './kube-api.ts';
import { OtelCollector } from './otel-collector.ts';

const PODS: readonly ListedPod[] = [
  { namespace: 'ml', name: 'agent-0', uid: 'uid-0' },
  { namespace: 'ml', name: 'agent-1', uid: 'uid-1' },
];

/** Requests to each pod before the rotated files are counted again. */
const BATCH = 100;
/** More would have filled many files. */
const MAX_BATCHES = 50;

/** Two pods, a collector that writes files of a mebibyte, and an anchor. */
export class KeptFleet {
  /** IDs of the exchanges that were answered. */
  readonly acknowledged: string[] = [];
  /** With the collector's files. */
  readonly folder: string;
  readonly #otelcol: string;
  readonly #dir: string;
  #collector: OtelCollector | null = null;
  #anchor: AnchorProcess | null = null;
  #model: ScriptedUpstream | null = null;
  readonly #sidecars: SidecarProcess[] = [];

  /** `otelcol`: the collector's program. Keeps everything in `dir`. */
  constructor(otelcol: string, dir: string) {
    this.#otelcol = otelcol;
    this.#dir = dir;
    this.folder = join(dir, 'kept');
  }

  /** @throws Error if something does not start; end it by `kill` */
  async start(): Promise<void> {
    const anchorDir = join(this.#dir, 'anchor');
    for (const folder of [this.folder, anchorDir]) mkdirSync(folder, { recursive: true });
    const [port, health] = [await freePort(), await freePort()];
    this.#collector = new OtelCollector(this.#otelcol, this.folder, [port, health], { fileMebibytes: 1 });
    await this.#collector.start();
    this.#anchor = await AnchorProcess.start(anchorDir, PODS);
    this.#model = await startChatModel('Here.');
    for (const pod of PODS) await this.#startPod(pod, `http://127.0.0.1:${port}`, this.#model.origin);
  }

  /** @throws Error before `start` */
  get anchor(): AnchorProcess {
    if (this.#anchor === null) throw new Error('there is no anchor yet');
    return this.#anchor;
  }

  async #startPod(pod: ListedPod, endpoint: string, model: string): Promise<void> {
    const sidecar = await startSidecar({
      upstreams: [model],
      auditDir: join(this.#dir, pod.name),
      policy: JSON.stringify({
        version: 1,
        mode: 'enforce',
        audit: { sinks: ['file', { otlp: { endpoint } }] },
      }),
      args: this.anchor.flagsFor(pod),
      env: {
        LLM_BOUNDARY_POD_NAMESPACE: pod.namespace,
        LLM_BOUNDARY_POD_NAME: pod.name,
        LLM_BOUNDARY_POD_UID: pod.uid,
      },
    });
    this.#sidecars.push(sidecar);
  }

  /** Files that the collector will not write to any more. */
  rotated(): readonly string[] {
    return readdirSync(this.folder)
      .filter((name) => /^evidence-.*\.jsonl$/.test(name))
      .sort();
  }

  /** Sends requests to both pods until the collector has rotated `count` files. */
  async fill(count: number): Promise<void> {
    for (let batch = 0; this.rotated().length < count; batch += 1) {
      assert.ok(batch < MAX_BATCHES, 'the collector does not rotate its files');
      await Promise.all(
        this.#sidecars.map((sidecar) => send(sidecar, { count: BATCH, pauseMs: 0 }, this.acknowledged)),
      );
      await until(
        'no line is unsent',
        () => Promise.all(this.#sidecars.map(unsentLines)),
        (unsent) => unsent.every((lines) => lines === 0),
      );
    }
  }

  /** Ends everything in order, so that all logs are sealed. */
  async end(): Promise<void> {
    for (const sidecar of this.#sidecars.splice(0)) assert.equal(await sidecar.stop(), 0);
    assert.equal(await this.anchor.stop(), 0);
    await this.#collector?.end('SIGTERM');
  }

  /** Whatever still runs. */
  async kill(): Promise<void> {
    for (const sidecar of this.#sidecars.splice(0)) await sidecar.stop('SIGKILL');
    await this.#anchor?.stop();
    await this.#collector?.end('SIGKILL');
    await this.#model?.close();
  }
}
