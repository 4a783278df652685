import { generateKeyPairSync } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';

import { FleetLog, parseLine, type FleetLine } from '@llm-boundary/sidecar/audit/fleet';
import { pino } from 'pino';

import { AnchorServer } from '../../anchor/anchor-server.ts';
import { Anchor } from '../../anchor/anchor.ts';
import { EventSeries } from '../../anchor/event-series.ts';
import { NoticeDesk, type NoticeDeskOptions } from '../../anchor/notice-desk.ts';
import { PodTable } from '../../anchor/pod-table.ts';
import { Registry } from '../../anchor/registry.ts';
import { Tokens } from '../../anchor/tokens.ts';
import { AuthorityCertificate } from '../../certs/source.ts';
import { AnchorMetrics } from '../../telemetry/anchor-metrics.ts';
import type { Rest } from '../rest.ts';
import { PodEvents } from '../pod-events.ts';
import { reviewToken } from '../token-review.ts';

interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const KEY = generateKeyPairSync('ed25519').privateKey;

export interface Surroundings {
  /** The folder of the fleet's log. */
  readonly dir: string;
  readonly rest: Rest;
  readonly now: () => number;
  /** Takes the events that the anchor tells of. */
  readonly tell: (event: string) => void;
  /** Takes the notices of sidecars. */
  readonly told?: NoticeDeskOptions['told'];
}

interface Parts {
  readonly fleetLog: FleetLog;
  readonly anchor: Anchor;
  readonly server: AnchorServer;
  readonly pods: PodTable;
  readonly registry: Registry;
  readonly at: { readonly port: number; readonly admin: number; readonly ca: string };
}

/** One process of the anchor. */
export class Process implements Parts {
  readonly #dir: string;
  readonly fleetLog: FleetLog;
  readonly anchor: Anchor;
  readonly server: AnchorServer;
  readonly pods: PodTable;
  readonly registry: Registry;
  readonly at: { readonly port: number; readonly admin: number; readonly ca: string };

  static async start({ dir, rest, now, tell, told }: Surroundings): Promise<Process> {
    const metrics = new AnchorMetrics();
    const registry = new Registry();
    const pods = new PodTable(now);
    const fleetLog = await FleetLog.open({
      dir,
      limitBytes: 2 ** 30,
      privateKey: KEY,
      name: 'llm-boundary-anchor',
      version: '0.0.0',
      env: {},
      host: 'anchor-0',
      otlpEndpoint: null,
      otlpCredentials: null,
      telemetry: metrics.fleetLog,
      warn: () => undefined,
      broke: () => undefined,
      replay: (line) => registry.replay(line, now()),
      output: {
        name: 'nowhere',
        append: (data, done) => done(null, data.length),
        sync: (done) => done(null),
        close: () => Promise.resolve(),
      },
    });
    const events = new EventSeries({
      writer: new PodEvents(rest, 'anchor-0'),
      wrote: (result) => metrics.events.inc({ result }),
      onError: () => undefined,
      now,
    });
    const anchor = new Anchor({
      fleetLog,
      registry,
      pods,
      podsListed: () => true,
      tell: (pod, reason, message) => {
        tell(`${pod.name} ${reason} ${message}`);
        return Promise.resolve();
      },
      events,
      metrics,
      log: pino({ level: 'silent' }),
      now,
    });
    const certificates = await AuthorityCertificate.alone(['localhost', '127.0.0.1'], Date.now());
    const server = new AnchorServer({
      listen: { host: '127.0.0.1', port: 0 },
      admin: { host: '127.0.0.1', port: 0 },
      anchor,
      notices: new NoticeDesk({ events, told: (pod, notice) => told?.(pod, notice), now }),
      tokens: new Tokens((token) => reviewToken(rest, token), now),
      certificates,
      servername: 'localhost',
      dependencies: () => null,
      metrics,
      log: pino({ level: 'silent' }),
      now,
    });
    const bound = await server.start();
    const at = { port: bound.listen.port, admin: bound.admin.port, ca: certificates.ca };
    return new Process(dir, { fleetLog, anchor, server, pods, registry, at });
  }

  private constructor(dir: string, parts: Parts) {
    this.#dir = dir;
    this.fleetLog = parts.fleetLog;
    this.anchor = parts.anchor;
    this.server = parts.server;
    this.pods = parts.pods;
    this.registry = parts.registry;
    this.at = parts.at;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.fleetLog.close();
  }

  post(body: unknown, token: string | null, path = '/v1/heads'): Promise<Reply> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = httpsRequest(
        {
          host: '127.0.0.1',
          port: this.at.port,
          servername: 'localhost',
          ca: this.at.ca,
          method: 'POST',
          path,
          agent: false,
          headers: {
            'content-type': 'application/json',
            ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              body: JSON.parse(Buffer.concat(chunks).toString() || '{}') as Reply['body'],
            }),
          );
        },
      );
      sent.on('error', reject);
      sent.end(text);
    });
  }

  async lines(): Promise<readonly FleetLine[]> {
    const found: FleetLine[] = [];
    for (const file of (await readdir(this.#dir)).filter((name) => name.endsWith('.jsonl')).sort())
      for (const text of (await readFile(join(this.#dir, file), 'latin1'))
        .replace(/\0.*$/s, '')
        .split('\n')) {
        const line = parseLine(text);
        if (
          line?.kind === 'opened' ||
          line?.kind === 'head' ||
          line?.kind === 'contradiction' ||
          line?.kind === 'silence'
        )
          found.push(line);
      }
    return found;
  }
}
