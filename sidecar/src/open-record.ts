import type { LookupFunction } from 'node:net';
import { hostname } from 'node:os';
import { isNativeError } from 'node:util/types';

import { AnchorConnection } from './audit/anchor/anchor-connection.ts';
import { HeadSender } from './audit/anchor/head-sender.ts';
import type { StateNotice } from './audit/anchor/notices.ts';
import { NoticeSender } from './audit/anchor/notice-sender.ts';
import type { AuditLog } from './audit/log/audit-log.ts';
import { createLedger } from './audit/log/ledger.ts';
import { standardOutput } from './audit/log/standard-output.ts';
import { readKey } from './audit/record/commitment.ts';
import { identityFrom } from './audit/record/identity.ts';
import { CredentialSource } from './audit/ship/credentials.ts';
import { SealedFolder } from './audit/sealed/sealed-folder.ts';
import { Shipping } from './audit/ship/shipping.ts';
import { detectorVersions } from './detectors/index.ts';
import { workloadFrom } from './exchange/index.ts';
import type { Config } from './config.ts';
import type { CompiledPolicy, PolicySource } from './policy/compile/compiled.ts';
import type { RecentExchanges } from './recent/index.ts';
import type { Log } from './telemetry/log.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import { VERSION } from './version.ts';

export interface RecordOptions {
  readonly config: Config;
  readonly env: NodeJS.ProcessEnv;
  readonly telemetry: Telemetry;
  readonly policy: PolicySource;
  readonly log: Log;
  /** Null: the system's resolver. */
  readonly lookup: LookupFunction | null;
  /** Keeps the last exchanges. */
  readonly recent: Pick<RecentExchanges, 'decided'>;
  /** Called once, when the log breaks for good. */
  readonly broke: () => void;
}

/** What a sidecar tells the anchor, over one connection. */
interface Anchored {
  readonly connection: AnchorConnection;
  readonly sender: HeadSender;
  readonly notices: NoticeSender;
}

/** The default of OpenTelemetry's own exporters. */
const EXPORT_MS = 10_000;
/** After the drain of the listeners: together they stay below the 30 seconds that Kubernetes gives a pod by default. */
const LAST_EXPORTS_MS = 4_000;
/** After a fault the process has little time left. */
const FAULT_EXPORTS_MS = 2_000;

/** The record of one process: its log, and the senders of the log. */
export class OpenRecord {
  readonly ledger: AuditLog;
  /** Null where there is no folder. */
  readonly sealer: SealedFolder | null;
  readonly #shipping: Shipping;
  readonly #anchored: Anchored | null;
  readonly #log: Log;
  readonly #drainMs: number;
  /** Whether the record is copied to standard output if the policy names no sinks. */
  readonly #byDefault: boolean;
  readonly #copies: boolean;

  private constructor(
    ledger: AuditLog,
    outside: {
      readonly sealer: SealedFolder | null;
      readonly shipping: Shipping;
      readonly anchored: Anchored | null;
    },
    { config, log, policy }: RecordOptions,
  ) {
    this.ledger = ledger;
    this.sealer = outside.sealer;
    this.#shipping = outside.shipping;
    this.#anchored = outside.anchored;
    this.#log = log;
    this.#drainMs = config.drainMs;
    this.#byDefault = config.auditStdout;
    this.#copies = copies(policy.current(), config.auditStdout);
  }

  /** @throws if the folder or the disk does not allow it */
  static async open(options: RecordOptions): Promise<OpenRecord> {
    const { config, env, telemetry, policy, log, lookup } = options;
    const identity = identityFrom(env, hostname());
    let shipping: Shipping | null = null;
    let sender: HeadSender | null = null;
    const connection = config.anchor === null ? null : new AnchorConnection({ ...config.anchor, lookup });
    const notices = connection === null ? null : new NoticeSender({ connection, clock: Date.now, log });
    const unanchored = (): boolean =>
      policy.current()?.audit.anchor === 'required' && sender?.overdue() !== false;
    const current = policy.current();
    const prunes = (): boolean => policy.current()?.audit.whenFull === 'prune';
    let opened: AuditLog | null = null;
    const sealer =
      config.auditDir === null
        ? null
        : await SealedFolder.open({
            dir: config.auditDir,
            volumeBytes: config.auditLimitBytes,
            prunes,
            erased: (bodies) => {
              const bytes = bodies.reduce((sum, body) => sum + body.bytes, 0);
              const sha256 = bodies.map((body) => body.sha256);
              // Where the log cannot take it, nothing else is recorded either.
              opened?.append('erased', { bodies: bodies.length, bytes, sha256 }).catch(() => undefined);
            },
          });
    const ledger = await createLedger({
      dir: config.auditDir,
      identity,
      workload: workloadFrom(env),
      version: VERSION,
      policy: current === null ? null : named(current),
      sealing: current?.audit.sealed ?? null,
      telemetry,
      detectors: detectorVersions(),
      commitmentKeyFile: config.auditKeyFile,
      digestKey: await digestKeyIn(config.digestKeyFile, log),
      prunes,
      beside: () => sealer?.usedBytes ?? 0,
      delivered: (file) => shipping?.delivered(file) ?? false,
      overdue: () => (shipping?.overdue() ?? false) || unanchored(),
      decided: (decision, seq) => {
        options.recent.decided(decision, seq);
        notices?.decided(decision);
      },
      limits: { volumeBytes: config.auditLimitBytes },
      diskLow: (low) =>
        log.warning(
          low
            ? 'the audit log is almost out of space, on its disk or below --audit-limit-mebibytes: exchanges are refused until there is space'
            : 'the audit log has space again',
        ),
      broke: (fault) => {
        log.auditBroken(fault);
        options.broke();
      },
    });
    opened = ledger;
    log.auditOpened(ledger.origin, ledger.key, config.auditDir);
    shipping = new Shipping({
      spool: ledger.spool,
      identity,
      version: VERSION,
      credentials: new CredentialSource(config.otlpCredentials, env),
      trust: config.trust,
      timeoutMs: timeoutIn(env),
      lookup,
      output: copies(current, config.auditStdout) ? standardOutput() : null,
      telemetry,
      log,
    });
    shipping.apply(current?.audit.otlp ?? []);
    if (connection === null || notices === null)
      return new OpenRecord(ledger, { sealer, shipping, anchored: null }, options);
    sender = new HeadSender({
      connection,
      heads: ledger.heads,
      measured: (offset) => ledger.append('offset', { ...offset }),
      ...{ telemetry, log },
    });
    return new OpenRecord(ledger, { sealer, shipping, anchored: { connection, sender, notices } }, options);
  }

  /** Tells operators, where there is an anchor. */
  happened(notice: StateNotice): void {
    this.#anchored?.notices.happened(notice);
  }

  policyLoaded(loaded: CompiledPolicy): void {
    this.happened({ kind: 'policy_changed', policy: loaded.name, sha256: loaded.sha256 });
    this.ledger.policyChanged(named(loaded), loaded.audit.sealed);
    if (copies(loaded, this.#byDefault) !== this.#copies)
      this.#log.warning('audit.sinks changed: restart the pod to apply the change to standard output');
    this.#shipping.apply(loaded.audit.otlp);
  }

  /**
   * Seals the log, sends the rest with the seal, and logs what remains. `fault`: there is little time. `endedMs`: when shutdown began,
   * monotonic.
   */
  async close(fault: boolean, endedMs: number): Promise<void> {
    await this.ledger.close();
    const leftMs = endedMs + this.#drainMs + LAST_EXPORTS_MS - performance.now();
    const graceMs = fault ? FAULT_EXPORTS_MS : Math.max(leftMs, FAULT_EXPORTS_MS);
    const [remained, isAnchored] = await Promise.all([
      this.#shipping.drain(graceMs),
      this.#anchored?.sender.finish(graceMs) ?? true,
      this.#anchored?.notices.finish(graceMs),
    ]);
    await this.#anchored?.connection.close();
    if (!isAnchored)
      this.#log.warning('the process ends before the anchor has accepted the seal of the record');
    for (const { endpoint, lines, bytes } of remained)
      this.#log.warning(
        `the process ends with ${lines} lines of the record (${bytes} bytes) that ${endpoint} has not acknowledged; the next process in this folder sends them`,
      );
  }
}

function named({ name, generation, sha256 }: CompiledPolicy): Parameters<AuditLog['policyChanged']>[0] {
  return { name, generation, sha256 };
}

/** The Secret of a namespace is optional, so that a file that is not there is said and no fault. @throws Error where it holds no key */
async function digestKeyIn(file: string | null, log: Log): Promise<Uint8Array | null> {
  if (file === null) return null;
  try {
    return await readKey(file);
  } catch (fault) {
    if (!(isNativeError(fault) && 'code' in fault && fault.code === 'ENOENT')) throw fault;
    log.warning(`${file} does not exist: the record has the names of tool arguments and no digests of them`);
    return null;
  }
}

/** The policy's setting for standard output precedes the command line's. */
function copies(policy: CompiledPolicy | null, byDefault: boolean): boolean {
  return policy?.audit.sinks?.includes('stdout') ?? byDefault;
}

/** `OTEL_EXPORTER_OTLP_LOGS_TIMEOUT` before `OTEL_EXPORTER_OTLP_TIMEOUT`, in milliseconds; an invalid value is ignored. */
function timeoutIn(env: NodeJS.ProcessEnv): number {
  const written = env['OTEL_EXPORTER_OTLP_LOGS_TIMEOUT'] ?? env['OTEL_EXPORTER_OTLP_TIMEOUT'] ?? '';
  const ms = /^\d{1,7}$/.test(written) ? Number(written) : 0;
  return ms > 0 ? ms : EXPORT_MS;
}
