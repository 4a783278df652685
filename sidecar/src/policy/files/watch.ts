import { watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { UNKNOWN_WORKLOAD, type Workload } from '../../exchange/index.ts';
import type { CompiledPolicy, PolicySource } from '../compile/compiled.ts';
import { loadPolicy, loadShadow } from './load.ts';
import { readPolicyFiles, type PolicyFiles } from './policy-files.ts';
import { PolicyInvalid, reasonOf } from '../kinds/problem.ts';

export interface WatchOptions {
  /** Called when a new policy is in force. Must not throw. */
  readonly onLoaded: (policy: CompiledPolicy) => void;
  /** Called when the files are invalid; the last valid policy stays in force. Once per state of the files. Must not throw. */
  readonly onRejected: (error: PolicyInvalid) => void;
  /**
   * The shadow changed: there is another, none any more (null), or one that cannot be used, and then none. Once per state of the files.
   * Must not throw. Default: not heeded.
   */
  readonly onShadow?: (shadow: CompiledPolicy | PolicyInvalid | null) => void;
  /** The policy's name. Default: that of the manifest, else of the file or folder. */
  readonly name?: string;
  /** Path prefixes of the workload's own server. Default: none. */
  readonly inboundPrefixes?: readonly string[];
  /** The pod that is guarded. Default: not known. */
  readonly workload?: Workload;
  /** Interval of reading the files without a file event, in milliseconds, since events get lost. Default: 5000. */
  readonly pollMs?: number;
  /** Delay after a file event, in milliseconds, so that one update is one load. Default: 50. */
  readonly settleMs?: number;
  readonly now?: () => number;
}

export interface WatchedPolicy extends PolicySource {
  /** Resolves after the first attempt, successful or not. */
  readonly loaded: Promise<void>;
  /** What is judged beside the policy; null where there is none that can be used. Unlike the policy, an old one does not stay. */
  readonly shadow: () => CompiledPolicy | null;
  /** Stops watching; idempotent. The last policy stays in force. */
  close(): void;
}

/**
 * Watches a policy file, or the folder that a ConfigMap is mounted on. Policies change as a whole: `current()` returns the old one until
 * the new one is compiled. An invalid or missing policy never replaces a valid one.
 */
export function watchPolicy(path: string, options: WatchOptions): WatchedPolicy {
  return new Watch(path, options);
}

class Watch implements WatchedPolicy {
  readonly loaded: Promise<void>;
  readonly #path: string;
  readonly #options: WatchOptions;
  readonly #poll: NodeJS.Timeout;
  #settle: NodeJS.Timeout | null = null;
  #watcher: FSWatcher | null = null;
  #watchedInode: number | null = null;
  #policy: CompiledPolicy | null = null;
  #generation = 0;
  #shadow: CompiledPolicy | null = null;
  #shadowGeneration = 0;
  /** The files that the shadow was last read from. */
  #shadowTried: string | null = null;
  /** Hash of the files of the last attempt, which is not repeated. */
  #tried: string | null = null;
  /** Last reported reason why the files cannot be read. */
  #fault: string | null = null;
  #running: Promise<void> | null = null;
  #again = false;
  #closed = false;

  constructor(path: string, options: WatchOptions) {
    this.#path = path;
    this.#options = options;
    this.loaded = this.#refresh();
    this.#poll = setInterval(() => void this.#refresh(), options.pollMs ?? 5000);
    this.#poll.unref();
  }

  readonly current = (): CompiledPolicy | null => this.#policy;
  readonly shadow = (): CompiledPolicy | null => this.#shadow;

  close(): void {
    this.#closed = true;
    clearInterval(this.#poll);
    if (this.#settle !== null) clearTimeout(this.#settle);
    this.#unwatch();
  }

  /** One load at a time; an event during a load leads to another. Never rejects. */
  #refresh(): Promise<void> {
    if (this.#running !== null) {
      this.#again = true;
      return this.#running;
    }
    this.#again = false;
    this.#running = this.#run().finally(() => {
      this.#running = null;
      if (this.#again && !this.#closed) void this.#refresh();
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    await this.#arm();
    await this.#load();
  }

  async #load(): Promise<void> {
    const files = await this.#read();
    if (files === null || this.#closed) return;
    this.#loadPolicy(files);
    this.#loadShadow(files);
  }

  #loadPolicy(files: PolicyFiles): void {
    if (files.sha256 === this.#tried) return;
    this.#tried = files.sha256;
    try {
      const loadedAtMs = (this.#options.now ?? Date.now)();
      const { name = null, inboundPrefixes = [], workload = UNKNOWN_WORKLOAD } = this.#options;
      const generation = this.#generation + 1;
      this.#policy = loadPolicy(files, { name, generation, loadedAtMs, inboundPrefixes, workload });
    } catch (error) {
      this.#options.onRejected(asInvalid(this.#path, error));
      return;
    }
    this.#generation += 1;
    this.#options.onLoaded(this.#policy);
  }

  /** Whatever is wrong with it, the policy holds. */
  #loadShadow(files: PolicyFiles): void {
    const { shadow, sha256 } = files;
    const state =
      shadow === null ? null : `${sha256} ${shadow instanceof PolicyInvalid ? shadow.message : shadow.text}`;
    if (state === this.#shadowTried) return;
    this.#shadowTried = state;
    this.#shadow = null;
    try {
      const loadedAtMs = (this.#options.now ?? Date.now)();
      const { inboundPrefixes = [], workload = UNKNOWN_WORKLOAD } = this.#options;
      const generation = this.#shadowGeneration + 1;
      this.#shadow = loadShadow(files, { generation, loadedAtMs, inboundPrefixes, workload });
    } catch (error) {
      this.#options.onShadow?.(asInvalid(this.#path, error));
      return;
    }
    if (this.#shadow !== null) this.#shadowGeneration += 1;
    this.#options.onShadow?.(this.#shadow);
  }

  /** Null if there is nothing to read, which is reported once. */
  async #read(): Promise<PolicyFiles | null> {
    try {
      const files = await readPolicyFiles(this.#path);
      this.#fault = null;
      return files;
    } catch (error) {
      const invalid = asInvalid(this.#path, error);
      if (this.#closed || invalid.message === this.#fault) return null;
      this.#fault = invalid.message;
      this.#options.onRejected(invalid);
      return null;
    }
  }

  /**
   * Watches the folder, since the kubelet and editors replace files instead of writing them. Without a watcher only the interval applies.
   */
  async #arm(): Promise<void> {
    try {
      const own = await stat(this.#path);
      const folder = own.isDirectory() ? this.#path : dirname(this.#path);
      const { ino } = own.isDirectory() ? own : await stat(folder);
      if (this.#closed || (this.#watcher !== null && ino === this.#watchedInode)) return;
      this.#unwatch();
      this.#watchedInode = ino;
      this.#watcher = watch(folder, { persistent: false }, () => this.#changed());
      this.#watcher.on('error', () => this.#unwatch());
    } catch {
      this.#unwatch();
    }
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = null;
  }

  #changed(): void {
    if (this.#closed || this.#settle !== null) return;
    this.#settle = setTimeout(() => {
      this.#settle = null;
      void this.#refresh();
    }, this.#options.settleMs ?? 50);
    this.#settle.unref();
  }
}

function asInvalid(path: string, error: unknown): PolicyInvalid {
  if (error instanceof PolicyInvalid) return error;
  return new PolicyInvalid([{ source: path, line: null, column: null, path: '', message: reasonOf(error) }]);
}
