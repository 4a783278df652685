import type { Decision, Workload } from '../../exchange/index.ts';
import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';

import type { Telemetry } from '../../telemetry/telemetry.ts';
import { Chain } from '../record/chain.ts';
import { commitmentKeyIn, createCommitments, readKey, type Commitments } from '../record/commitment.ts';
import { Digests } from '../record/digests.ts';
import { Committer, type CommitterLimits } from './committer.ts';
import { nodeDisk, type Disk } from './file/disk.ts';
import type { AuditLog } from './audit-log.ts';
import type { AppendFile } from './file/append-file.ts';
import { writeBeginning } from './beginning.ts';
import { ClockWatch, JUMP_MS } from './clock-watch.ts';
import { Floor } from './floor.ts';
import { originOf, type Identity } from '../record/identity.ts';
import { sealTermsMember, type SealTerms } from '../record/sealer.ts';
import { createSigner } from '../record/note.ts';
import { workloadMember } from '../record/pod-content.ts';
import { logFileName } from './predecessor.ts';
import { RecordingLedger } from './recording-ledger.ts';
import { Retention } from './retention.ts';
import { SignedHeads } from './signed-heads.ts';
import { Spool } from './spool.ts';
import { standardOutput } from './standard-output.ts';
import { NO_SURVEY, survey, type Survey } from './survey.ts';
import type { AuditUnavailable } from './unavailable.ts';

interface LedgerLimits extends CommitterLimits {
  /** Free space below which only refusals and ends of exchanges are recorded, and no exchange starts. */
  readonly floorBytes: number;
  /** Size limit of the folder, preallocated zeros included. */
  readonly volumeBytes: number;
  /** Interval of heartbeats in an idle log. */
  readonly heartbeatMs: number;
  /** Time limit of `close` for the disk. */
  readonly closeMs: number;
}

/** Least number of files in a full folder, so that pruning one leaves most of the record. */
const FILES_AT_LEAST = 8;

const ledgerLimits: LedgerLimits = {
  queueRecords: 1_024,
  queueChars: 8 * 1024 * 1024,
  waitMs: 5_000,
  gatherMs: 2,
  gatherFrom: 4,
  checkpointMs: 20,
  fileBytes: 64 * 1024 * 1024,
  fileMs: 24 * 60 * 60 * 1_000,
  floorBytes: 16 * 1024 * 1024,
  volumeBytes: 448 * 1024 * 1024,
  heartbeatMs: 60_000,
  closeMs: 5_000,
};

export interface LedgerOptions {
  /** Folder of the files; created if missing. Null: standard output is the log, and durable means accepted by its reader. */
  readonly dir: string | null;
  readonly identity: Identity;
  /** The pod as it was admitted. Default: not known. */
  readonly workload?: Workload;
  /** Version of the sidecar. */
  readonly version: string;
  /** The policy at the start; null if none is loaded. */
  readonly policy: Decision['policy'];
  /** On which that policy keeps bodies. Default: it keeps none. */
  readonly sealing?: SealTerms | null;
  readonly telemetry: Pick<Telemetry, 'auditLag' | 'auditError' | 'auditBytes'>;
  /** A file with 64 hex digits. Null: `commitment.key` in `dir`, created on first use; without `dir`, no commitments. */
  readonly commitmentKeyFile?: string | null;
  /** Of the digests of arguments; null or absent: there is none. */
  readonly digestKey?: Uint8Array | null;
  /** SHA-256 of the detectors. */
  readonly detectors?: { readonly model: string; readonly modules: string };
  /** Ed25519. Default: a new one, known to this process only. */
  readonly privateKey?: KeyObject;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** Monotonic milliseconds. With a custom `clock` and without this, jumps are not detected. */
  readonly monotonic?: () => number;
  /** Called once when the log breaks for good; the process should exit with a fault. */
  readonly broke?: (fault: AuditUnavailable) => void;
  /** Whether policy allows pruning the oldest files before the folder is full. Default: never. */
  readonly prunes?: () => boolean;
  /** Whether every sink outside of the pod has received all lines of a file. Default: no sinks. */
  readonly delivered?: (file: string) => boolean;
  /** What lies in folders of the folder, in bytes. Default: nothing. */
  readonly beside?: () => number;
  /** Whether a required sink is too far behind, so that no exchange may start. Default: never. */
  readonly overdue?: () => boolean;
  /** The free space fell below the floor, or rose above it; exchanges are refused meanwhile. */
  readonly diskLow?: (low: boolean) => void;
  /** Told of each decision that was made; `seq`: number of its line, null: it has none. Default: not told. */
  readonly decided?: (decision: Decision, seq: number | null) => void;
  readonly limits?: Partial<LedgerLimits>;
  readonly disk?: Disk;
  readonly output?: AppendFile;
}

/** @throws Error that names the folder */
async function prepare(disk: Disk, dir: string): Promise<void> {
  try {
    await disk.prepare(dir);
  } catch (error) {
    const { message = '' } = error as Partial<Error>;
    throw new Error(
      `the folder of the audit log, ${dir}, cannot be used: ${message}; expected one on a disk that this process may write`,
      { cause: error },
    );
  }
}

/**
 * Opens a new log: each process writes files of its own, begins with `genesis`, names the older logs in the folder, and is signed before
 * this resolves. Files of earlier processes are only read. @throws Error or AuditUnavailable if the folder, the key file or the disk does
 * not allow it.
 */
export async function createLedger(options: LedgerOptions): Promise<AuditLog> {
  const limits = { ...ledgerLimits, ...options.limits };
  const { dir, disk = nodeDisk, clock = Date.now, telemetry } = options;
  const output = options.output ?? standardOutput();
  if (dir !== null) await prepare(disk, dir);
  const found = dir === null ? NO_SURVEY : await survey(dir);
  const commitments = await openCommitments(dir, options.commitmentKeyFile ?? null);
  const digests = digestsOf(options.digestKey ?? null);
  const chain = new Chain(originOf(options.identity), clock);
  const signer = createSigner(chain.origin, options.privateKey);
  const heads = new SignedHeads();
  const incarnation = chain.origin.slice(chain.origin.lastIndexOf('/') + 1);
  const startedMs = clock();
  const fileName = (part: number): string => logFileName(startedMs, incarnation, part);
  const spool = dir === null ? null : new Spool(dir, chain.origin, found.segments);
  const committer = new Committer({
    chain,
    signer,
    limits: { ...limits, fileBytes: Math.min(limits.fileBytes, limits.volumeBytes / FILES_AT_LEAST) },
    fileName,
    openFile: (part) => {
      if (dir === null) return Promise.resolve(output);
      if (part > 0) watches.retention?.closed(fileName(part - 1));
      return disk.create(join(dir, fileName(part)));
    },
    written: (data, lines, part) => {
      spool?.wrote(fileName(part), data.length, lines);
      poll(watches);
    },
    signed: (checkpoint) => heads.signed(checkpoint),
    waited: (ms) => telemetry.auditLag(ms / 1_000),
    broke: (fault) => {
      telemetry.auditError();
      options.broke?.(fault);
    },
  });
  const watches =
    dir === null ? NO_FOLDER : folderOf(dir, disk, found, { options, limits, committer, spool });
  const { retention, floor } = watches;
  await floor?.check();
  heads.genesis = writeGenesis(committer, options, {
    key: signer.key,
    commitments,
    digests,
    found,
    startedMs,
  });
  const monotonic = options.monotonic ?? (options.clock === undefined ? () => performance.now() : null);
  const jumped = (jump_ms: number): void => void committer.event('clock', { jump_ms, since: 'line' });
  const watch = monotonic === null ? null : new ClockWatch(clock, monotonic, jumped);
  await committer.settle();
  retention?.check();
  return new RecordingLedger({
    origin: chain.origin,
    key: signer.key,
    commitments,
    digests,
    committer,
    heads,
    spool,
    overdue: options.overdue ?? never,
    floor,
    retention,
    watch,
    limits,
    telemetry,
    decided: options.decided,
  });
}

function digestsOf(key: Uint8Array | null): Digests | null {
  return key === null ? null : new Digests(key);
}

function poll({ retention, floor }: FolderWatch): void {
  floor?.poll();
  retention?.poll();
}

function never(): boolean {
  return false;
}

/** The monitors of the folder. */
interface FolderWatch {
  readonly retention: Retention | null;
  readonly floor: Floor | null;
}

const NO_FOLDER: FolderWatch = { retention: null, floor: null };

interface Context {
  readonly options: LedgerOptions;
  readonly limits: LedgerLimits;
  readonly committer: Committer;
  readonly spool: Spool | null;
}

function folderOf(
  dir: string,
  disk: Disk,
  found: Survey,
  { options, limits, committer, spool }: Context,
): FolderWatch {
  const { telemetry } = options;
  const { volumeBytes, floorBytes } = limits;
  const retention = new Retention({
    dir,
    disk,
    limitBytes: volumeBytes,
    pruneBytes: Math.max(volumeBytes / FILES_AT_LEAST, 2 * floorBytes),
    closed: found.segments.map(({ file }) => file),
    prunes: options.prunes ?? never,
    delivered: options.delivered ?? never,
    beside: options.beside ?? (() => 0),
    removed: (file) => spool?.removed(file),
    committer,
    measured: (bytes) => telemetry.auditBytes(bytes, volumeBytes),
    failed: () => telemetry.auditError(),
  });
  // The lesser of the disk's free space and the rest of the folder's limit.
  const room = async (): Promise<number> => Math.min(await disk.freeBytes(dir), await retention.room());
  return { retention, floor: new Floor(floorBytes, room, options.diskLow) };
}

async function openCommitments(dir: string | null, keyFile: string | null): Promise<Commitments | null> {
  if (keyFile !== null) return createCommitments(await readKey(keyFile));
  return dir === null ? null : createCommitments(await commitmentKeyIn(dir));
}

interface Beginning {
  readonly key: string;
  readonly commitments: Commitments | null;
  readonly digests: Digests | null;
  readonly found: Survey;
  readonly startedMs: number;
}

function writeGenesis(committer: Committer, options: LedgerOptions, beginning: Beginning): string {
  const { key, commitments, digests, found, startedMs } = beginning;
  const genesis = {
    commitment_key: commitments?.keyId ?? null,
    ...(options.detectors === undefined ? {} : { detectors: { ...options.detectors } }),
    digest_key: digests?.keyId ?? null,
    identity: { ...options.identity },
    key,
    node: process.version,
    policy: options.policy === null ? null : { ...options.policy },
    version: options.version,
    ...sealTermsMember(options.sealing ?? null),
    ...(options.workload === undefined ? {} : workloadMember(options.workload)),
  };
  const first = writeBeginning(committer, genesis, found.unnamed);
  // Older lines from the future: the clock was set back between two processes, or a file was planted.
  const behindMs = startedMs - (found.lastTimeMs ?? startedMs);
  if (behindMs < -JUMP_MS) committer.event('clock', { jump_ms: Math.round(behindMs), since: 'older log' });
  return first;
}
