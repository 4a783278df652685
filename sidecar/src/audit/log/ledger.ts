import type { Decision } from '../../exchange/index.ts';
import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';

import type { Telemetry } from '../../telemetry/telemetry.ts';
import { Chain } from '../record/chain.ts';
import {
  commitmentKeyIn,
  createCommitments,
  readCommitmentKey,
  type Commitments,
} from '../record/commitment.ts';
import { Committer, type CommitterLimits } from './committer.ts';
import { nodeDisk, type Disk } from './file/disk.ts';
import type { AuditLog } from './audit-log.ts';
import type { AppendFile } from './file/append-file.ts';
import { writeBeginning } from './beginning.ts';
import { ClockWatch, JUMP_MS } from './clock-watch.ts';
import { Floor } from './floor.ts';
import { originOf, type Identity } from '../record/identity.ts';
import { createSigner } from '../record/note.ts';
import { logFileName } from './predecessor.ts';
import { RecordingLedger } from './recording-ledger.ts';
import { Retention } from './retention.ts';
import { SignedHeads } from './signed-heads.ts';
import { Spool } from './spool.ts';
import { createCopy, standardOutput, type Copy } from './standard-output.ts';
import { NO_SURVEY, survey, type Survey } from './survey.ts';
import type { AuditUnavailable } from './unavailable.ts';

interface LedgerLimits extends CommitterLimits {
  /** With less free space than this only refusals and ends of exchanges are recorded, and nothing new may begin. */
  readonly floorBytes: number;
  /** What the folder may hold, its zeros written ahead included. */
  readonly volumeBytes: number;
  /** An idle log says so this often. */
  readonly heartbeatMs: number;
  /** What the copy on standard output may be behind. */
  readonly copyBytes: number;
  /** How long `close` waits for the disk. */
  readonly closeMs: number;
}

/** A folder holds this many files before it is full, so that pruning one leaves most of the record. */
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
  copyBytes: 8 * 1024 * 1024,
  closeMs: 5_000,
};

export interface LedgerOptions {
  /** Where the files go; created where it is missing. Null: standard output is the log, and durable means taken by its reader. */
  readonly dir: string | null;
  /** Also write each line to standard output, once it is durable. Implied where `dir` is null. */
  readonly stdout: boolean;
  readonly identity: Identity;
  /** Of the sidecar. */
  readonly version: string;
  /** In force at the start; null where none is loaded yet. */
  readonly policy: Decision['policy'];
  readonly telemetry: Pick<Telemetry, 'auditLag' | 'auditError' | 'auditBytes'>;
  /** A file with 64 hex digits. Null: `commitment.key` in `dir`, made on first use; none at all where `dir` is null too. */
  readonly commitmentKeyFile?: string | null;
  /** Ed25519. Default: a fresh one, known to this process alone. */
  readonly privateKey?: KeyObject;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** Milliseconds since anything; never goes back. With a `clock` of one's own and without this, jumps are not looked for. */
  readonly monotonic?: () => number;
  /** Told once when the log breaks for good; the process should end with a fault. */
  readonly broke?: (fault: AuditUnavailable) => void;
  /** Whether policy lets the oldest files go before the folder is full. Default: never. */
  readonly prunes?: () => boolean;
  /** Whether every sink outside of the pod has all lines of a file of the folder. Default: there is none. */
  readonly delivered?: (file: string) => boolean;
  /** Whether a sink that policy requires is too far behind, so that nothing new may begin. Default: never. */
  readonly overdue?: () => boolean;
  /** The disk has less room than the floor, or has it again: exchanges are refused meanwhile. */
  readonly diskLow?: (low: boolean) => void;
  readonly limits?: Partial<LedgerLimits>;
  readonly disk?: Disk;
  readonly output?: AppendFile;
}

/**
 * Opens a new log: a file of its own per process, which begins with `genesis`, names the logs that it found and is signed before this
 * resolves. Files of earlier processes are read and never written.
 * @throws Error or AuditUnavailable where the folder, the key file or the disk does not allow it.
 */
export async function createLedger(options: LedgerOptions): Promise<AuditLog> {
  const limits = { ...ledgerLimits, ...options.limits };
  const { dir, disk = nodeDisk, clock = Date.now, telemetry } = options;
  const output = options.output ?? standardOutput();
  if (dir !== null) await disk.prepare(dir);
  const found = dir === null ? NO_SURVEY : await survey(dir);
  const commitments = await openCommitments(dir, options.commitmentKeyFile ?? null);
  const chain = new Chain(originOf(options.identity), clock);
  const signer = createSigner(chain.origin, options.privateKey);
  const heads = new SignedHeads();
  const incarnation = chain.origin.slice(chain.origin.lastIndexOf('/') + 1);
  const startedMs = clock();
  const fileName = (part: number): string => logFileName(startedMs, incarnation, part);
  const spool = dir === null ? null : new Spool(dir, chain.origin, found.segments);
  const copy = copyOf(options, output, limits.copyBytes);
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
      copy?.push(data);
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
  heads.genesis = writeGenesis(committer, options, { key: signer.key, commitments, found, startedMs });
  const monotonic = options.monotonic ?? (options.clock === undefined ? () => performance.now() : null);
  const jumped = (jump_ms: number): void => void committer.event('clock', { jump_ms, since: 'line' });
  const watch = monotonic === null ? null : new ClockWatch(clock, monotonic, jumped);
  await committer.settle();
  retention?.check();
  return new RecordingLedger({
    origin: chain.origin,
    key: signer.key,
    commitments,
    committer,
    heads,
    spool,
    overdue: options.overdue ?? never,
    copy,
    floor,
    retention,
    watch,
    limits,
    telemetry,
  });
}

/** Where there is no folder, standard output is the log itself. */
function copyOf({ dir, stdout, telemetry }: LedgerOptions, output: AppendFile, bytes: number): Copy | null {
  return dir === null || !stdout ? null : createCopy(output, bytes, () => telemetry.auditError());
}

function poll({ retention, floor }: FolderWatch): void {
  floor?.poll();
  retention?.poll();
}

function never(): boolean {
  return false;
}

/** Who watches the folder. */
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
    removed: (file) => spool?.removed(file),
    committer,
    measured: (bytes) => telemetry.auditBytes(bytes, volumeBytes),
    failed: () => telemetry.auditError(),
  });
  // Room is what both the disk and the limit of the folder leave.
  const room = async (): Promise<number> => Math.min(await disk.freeBytes(dir), await retention.room());
  return { retention, floor: new Floor(floorBytes, room, options.diskLow) };
}

async function openCommitments(dir: string | null, keyFile: string | null): Promise<Commitments | null> {
  if (keyFile !== null) return createCommitments(await readCommitmentKey(keyFile));
  return dir === null ? null : createCommitments(await commitmentKeyIn(dir));
}

interface Beginning {
  readonly key: string;
  readonly commitments: Commitments | null;
  readonly found: Survey;
  readonly startedMs: number;
}

function writeGenesis(committer: Committer, options: LedgerOptions, beginning: Beginning): string {
  const { key, commitments, found, startedMs } = beginning;
  const genesis = {
    commitment_key: commitments?.keyId ?? null,
    identity: { ...options.identity },
    key,
    node: process.version,
    policy: options.policy === null ? null : { ...options.policy },
    version: options.version,
  };
  const first = writeBeginning(committer, genesis, found.unnamed);
  // Older lines from the future: the clock was set back between two processes, or a file was put there.
  const behindMs = startedMs - (found.lastTimeMs ?? startedMs);
  if (behindMs < -JUMP_MS) committer.event('clock', { jump_ms: Math.round(behindMs), since: 'older log' });
  return first;
}
