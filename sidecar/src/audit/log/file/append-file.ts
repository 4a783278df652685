/** Called once: with the fault, or with null and the number of bytes that were taken. */
export type Written = (fault: Error | null, bytes: number) => void;
export type Synced = (fault: Error | null) => void;

/**
 * A file that only grows. One writer, one call at a time: the committer's. Callbacks and not promises, because this is the path
 * that every exchange waits on.
 */
export interface AppendFile {
  readonly name: string;
  /** May take less than it was given; the caller treats that as a fault. */
  append(data: Buffer, done: Written): void;
  /** When this calls back without a fault, everything appended is durable. */
  sync(done: Synced): void;
  close(): Promise<void>;
}
