/** Called once: with the fault, or with null and the number of written bytes. */
export type Written = (fault: Error | null, bytes: number) => void;
export type Synced = (fault: Error | null) => void;

/**
 * An append-only file. One writer, the committer, one call at a time. Callbacks instead of promises, because every exchange waits on this
 * path.
 */
export interface AppendFile {
  readonly name: string;
  /** May write fewer bytes than given; the caller treats that as a fault. */
  append(data: Buffer, done: Written): void;
  /** Without a fault, everything appended is durable. */
  sync(done: Synced): void;
  close(): Promise<void>;
}
