import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';

import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { AuditLog } from '../log/audit-log.ts';
import { createLedger } from '../log/ledger.ts';
import type { AppendFile } from '../log/file/append-file.ts';
import { standardOutput } from '../log/standard-output.ts';
import { survey } from '../log/survey.ts';
import { nodeDisk } from '../log/file/disk.ts';
import type { JsonObject } from '../record/canonical.ts';
import { identityFrom } from '../record/identity.ts';
import { createSigner, type Head } from '../record/note.ts';
import { isFleetLine, parseLine, type FleetLine } from '../record/schema.ts';
import { CredentialSource } from '../ship/credentials.ts';
import { Shipping } from '../ship/shipping.ts';
import { readLines } from '../verify/read.ts';

export type FleetTelemetry = Pick<
  Telemetry,
  'auditLag' | 'auditError' | 'auditBytes' | 'recordUnsent' | 'recordExported'
>;

export interface FleetLogOptions {
  readonly dir: string;
  /** Size limit of the folder; before it is reached, the oldest file is deleted. */
  readonly limitBytes: number;
  /** Ed25519, the same for every process of the anchor. */
  readonly privateKey: KeyObject;
  /** Name under which heads are countersigned. */
  readonly name: string;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly host: string;
  /** A collector that receives the log. Null: none. */
  readonly otlpEndpoint: string | null;
  /** Folder with the credentials for the collector, as for `--otlp-credentials` of the sidecar. */
  readonly otlpCredentials: string | null;
  readonly telemetry: FleetTelemetry;
  readonly warn: (text: string) => void;
  /** Called once, when the log breaks for good: the process must end. */
  readonly broke: () => void;
  /** Called for every line of earlier processes, oldest first, before the new log begins. */
  readonly replay: (line: FleetLine) => void;
  readonly output?: AppendFile;
}

const EXPORT_MS = 10_000;
const LAST_EXPORTS_MS = 5_000;

/** The anchor's log, in the format of the record, on disk, on standard output and by OTLP, signed with one permanent key. */
export class FleetLog {
  readonly key: string;
  readonly #ledger: AuditLog;
  readonly #shipping: Shipping;
  readonly #countersign: (head: Head) => string;

  private constructor(ledger: AuditLog, shipping: Shipping, { name, privateKey }: FleetLogOptions) {
    const signer = createSigner(name, privateKey);
    this.key = signer.key;
    this.#countersign = (head) => signer.countersign(head);
    this.#ledger = ledger;
    this.#shipping = shipping;
  }

  /** @throws Error or AuditUnavailable if the folder or the disk does not allow it. */
  static async open(options: FleetLogOptions): Promise<FleetLog> {
    const { dir, telemetry, env, version } = options;
    await replay(dir, options.replay);
    const identity = identityFrom(env, options.host);
    let shipping: Shipping | null = null;
    const ledger = await createLedger({
      dir,
      identity,
      version,
      policy: null,
      privateKey: options.privateKey,
      telemetry,
      prunes: () => true,
      delivered: (file) => shipping?.delivered(file) ?? false,
      limits: { volumeBytes: options.limitBytes, queueRecords: QUEUE },
      broke: options.broke,
    });
    shipping = new Shipping({
      spool: ledger.spool,
      identity,
      version,
      credentials: new CredentialSource(options.otlpCredentials, env),
      trust: createSecureContext(),
      timeoutMs: EXPORT_MS,
      lookup: null,
      output: options.output ?? standardOutput(),
      telemetry,
      log: { warning: options.warn },
    });
    if (options.otlpEndpoint !== null) shipping.apply([sinkAt(options.otlpEndpoint)]);
    return new FleetLog(ledger, shipping, options);
  }

  get origin(): string {
    return this.#ledger.origin;
  }

  /** Resolves when the line is durable. @throws AuditUnavailable */
  append(kind: FleetLine['kind'], fields: JsonObject): Promise<void> {
    return this.#ledger.append(kind, fields);
  }

  healthy(): boolean {
    return this.#ledger.healthy();
  }

  /** A signature line to append to the note of a head. */
  countersign(head: Head): string {
    return this.#countersign(head);
  }

  async close(): Promise<void> {
    await this.#ledger.close();
    await this.#shipping.drain(LAST_EXPORTS_MS);
  }
}

/** Ten thousand pods that send at once after an outage of the anchor. */
const QUEUE = 16_384;

function sinkAt(endpoint: string): Parameters<Shipping['apply']>[0][number] {
  return {
    endpoint,
    encoding: 'protobuf',
    compression: 'gzip',
    bodies: false,
    required: false,
    unsentBytes: Number.MAX_SAFE_INTEGER,
    unsentMs: Number.MAX_SAFE_INTEGER,
  };
}

async function replay(dir: string, tell: (line: FleetLine) => void): Promise<void> {
  await nodeDisk.prepare(dir);
  for (const { file } of (await survey(dir)).segments)
    for await (const { text, complete } of readLines(join(dir, file))) {
      const line = text === null || !complete ? null : parseLine(text);
      if (line !== null && isFleetLine(line)) tell(line);
    }
}
