import { generateKeyPairSync } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

import type { AuditLog } from '../../log/audit-log.ts';
import type { AppendFile } from '../../log/file/append-file.ts';
import { createLedger } from '../../log/ledger.ts';
import type { JsonObject } from '../../record/canonical.ts';
import { hashOf } from '../../record/chain.ts';
import { identityFrom } from '../../record/identity.ts';
import { parseVerifier } from '../../record/note.ts';
import { parseLine } from '../../record/schema.ts';
import { sampleDecision } from '../../record/sample.ts';
import { requestEncoder } from '../../ship/otlp-request.ts';
import { readSpooledLine } from '../../ship/spooled-line.ts';
import { FleetLog } from '../fleet-log.ts';

const quiet = {
  auditLag: () => undefined,
  auditError: () => undefined,
  auditBytes: () => undefined,
  recordUnsent: () => undefined,
  recordExported: () => undefined,
};

export interface PodName extends JsonObject {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** One log that was written, as it lay in its folder. */
export interface WrittenLog {
  readonly origin: string;
  readonly key: string;
  readonly lines: readonly string[];
  /** The same lines by file. */
  readonly files: readonly (readonly string[])[];
}

function identityOf({ namespace, name, uid }: PodName): ReturnType<typeof identityFrom> {
  const env = {
    LLM_BOUNDARY_POD_NAMESPACE: namespace,
    LLM_BOUNDARY_POD_NAME: name,
    LLM_BOUNDARY_POD_UID: uid,
  };
  return identityFrom(env, 'node-1');
}

export function openLog(dir: string, pod: PodName): Promise<AuditLog> {
  return createLedger({
    dir,
    identity: identityOf(pod),
    version: '0.0.0',
    policy: null,
    telemetry: quiet,
    limits: { checkpointMs: 0, waitMs: 30_000, fileBytes: 3_000 },
  });
}

export async function record(log: AuditLog, from: number, to: number): Promise<void> {
  for (let index = from; index < to; index += 1)
    await log.record(null, sampleDecision({ exchange: `${log.origin.slice(-4)}-${index}` }), true);
}

/** The anchor's log with a key that stays, and its standard output. */
export class KeptAnchor {
  readonly log: FleetLog;
  readonly #output: Buffer[];

  private constructor(log: FleetLog, output: Buffer[]) {
    this.log = log;
    this.#output = output;
  }

  static async open(
    dir: string,
    privateKey = generateKeyPairSync('ed25519').privateKey,
  ): Promise<KeptAnchor> {
    const taken: Buffer[] = [];
    const output: AppendFile = {
      name: 'memory',
      append: (data, done) => {
        taken.push(Buffer.from(data));
        done(null, data.length);
      },
      sync: (done) => done(null),
      close: () => Promise.resolve(),
    };
    const log = await FleetLog.open({
      ...{ dir, privateKey, output, telemetry: quiet },
      limitBytes: 2 ** 30,
      name: 'llm-boundary-anchor',
      version: '0.0.0',
      env: { LLM_BOUNDARY_POD_NAMESPACE: 'llm-boundary', LLM_BOUNDARY_POD_NAME: 'anchor-0' },
      host: 'node-1',
      otlpEndpoint: null,
      otlpCredentials: null,
      warn: () => undefined,
      broke: () => undefined,
      replay: () => undefined,
    });
    return new KeptAnchor(log, taken);
  }

  get lines(): readonly string[] {
    return linesOf(Buffer.concat(this.#output).toString());
  }

  async opened(log: AuditLog, pod: PodName, follows: string | null = null): Promise<void> {
    const head = headOf(log);
    await this.log.append('opened', {
      ...{ log: log.origin, size: head.size, hash: head.hash, key: log.key, follows, pod },
      genesis: hashOf(log.heads.genesis),
      image: 'sidecar@sha256:00',
      policy: null,
    });
    await this.head(log);
  }

  async head(log: AuditLog): Promise<void> {
    const { size, hash } = headOf(log);
    const sealed = log.heads.latest()?.seal !== null;
    await this.log.append('head', { log: log.origin, size, hash, sealed, offset_ms: 3, signature: 'AAAA' });
  }
}

export function headOf(log: AuditLog): { readonly size: number; readonly hash: string } {
  const head = parseVerifier(log.key)?.open(log.heads.latest()?.note ?? '') ?? null;
  if (head === null) throw new Error('the log has no head yet');
  return head;
}

export async function writtenLog(dir: string, log: AuditLog): Promise<WrittenLog> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.jsonl')).sort();
  const files = (await Promise.all(names.map((name) => readFile(join(dir, name), 'utf8'))))
    .map((text) => linesOf(text.replaceAll('\0', '')))
    .filter(([first]) => parseLine(first ?? '')?.origin === log.origin);
  return { origin: log.origin, key: log.key, files, lines: files.flat() };
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').slice(0, -1);
}

/** How lines are kept: each writes what it is given below `path` and says what to give to the verifier. */
export type Keeping = (path: string, lines: readonly string[]) => Promise<string>;

export const KEEPINGS: Readonly<
  Record<'podLog' | 'file' | 'otlpJson' | 'otlpProtobuf' | 'objects', Keeping>
> = {
  podLog: async (path, lines) =>
    written(`${path}.log`, lines.map((line) => `2026-02-03T04:05:06.000000000Z stdout F ${line}\n`).join('')),
  file: async (path, lines) =>
    written(`${path}.jsonl`, lines.map((line) => `${line}\n`).join('') + '\0'.repeat(64)),
  otlpJson: async (path, lines) =>
    written(
      `${path}.json`,
      batches(lines)
        .map((batch) => `${encoded('json', batch).toString()}\n`)
        .join(''),
    ),
  otlpProtobuf: async (path, lines) => written(`${path}.bin`, framed(batches(lines))),
  objects: async (path, lines) => {
    await mkdir(path);
    for (const [index, batch] of batches(lines).entries()) {
      const name = join(path, 'year=2026', `hour=${index % 3}`, `logs_${index}`);
      if (index % 2 === 0) await written(`${name}.json.gz`, gzipSync(encoded('json', batch)));
      else await written(`${name}.binpb`, encoded('protobuf', batch));
    }
    return path;
  },
};

async function written(path: string, content: string | Buffer): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

function batches(lines: readonly string[]): readonly (readonly string[])[] {
  return lines.flatMap((_, at) => (at % 5 === 0 ? [lines.slice(at, at + 5)] : []));
}

function framed(all: readonly (readonly string[])[]): Buffer {
  return Buffer.concat(
    all.flatMap((batch) => {
      const message = encoded('protobuf', batch);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(message.length);
      return [length, message];
    }),
  );
}

/** As the sidecar sends it. A line that it would not send itself is put into the place of one that it would. */
function encoded(encoding: 'json' | 'protobuf', lines: readonly string[]): Buffer {
  const spooled = lines.map((text) => ({
    ...(readSpooledLine(Buffer.from(text), /"origin":"([^"]*)"/.exec(text)?.[1] ?? '') ?? EMPTY),
    text,
  }));
  return Buffer.from(
    requestEncoder(encoding, identityOf({ namespace: '', name: '', uid: '' }), '0')(spooled),
  );
}

const EMPTY = {
  ...{ origin: 'local/x/y/chain/0000000000000000', position: 0, kind: 'close' },
  ...{ timeMs: null, exchange: null, verdict: null, code: null, outcome: null, bodies: [] },
};
