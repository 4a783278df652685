import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { LookupFunction } from 'node:net';
import { join } from 'node:path';
import type { SecureContext } from 'node:tls';

import type { createClient as CreateClient } from '@redis/client';

import type { CompiledState } from '../policy/compile/compiled.ts';
import type { Log } from '../telemetry/log.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

export interface ConnectionOptions {
  /** The folder of secrets; null where the sidecar has none. */
  readonly secretsDir: string | null;
  readonly trust: SecureContext;
  /** Null: the system's resolver. */
  readonly lookup: LookupFunction | null;
  readonly telemetry: Pick<Telemetry, 'stateAsked' | 'stateReachable'>;
  readonly log: Pick<Log, 'warning'>;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/** After a failure, none waits for the server for so long. */
const PAUSE_MS = 1_000;
const MIN_KEY_CHARS = 32;

/** A script and what it gets; keys are digested before they leave. */
export interface Asked {
  readonly script: string;
  readonly keys: readonly string[];
  readonly values: (padOf: PadOf) => readonly string[];
}

/** 32 bytes that whoever has the key makes of a key of the script, to hide what is kept under it. */
type PadOf = (key: string) => Buffer;

/** What a script returned. */
interface Answer {
  readonly reply: unknown;
  readonly padOf: PadOf;
}

type Client = ReturnType<typeof clientTo>;

interface Open {
  readonly client: Client;
  readonly nameOf: (key: string) => string;
  readonly padOf: PadOf;
}

/** A connection that is opened, or was. */
interface Opening {
  /** Null until the secrets are read. */
  client: Client | null;
  readonly left: AbortController;
  readonly open: Promise<Open>;
}

/** The connection to a server of shared state. Opened when it is first needed, and again after it failed. */
export class StateConnection {
  readonly #server: CompiledState;
  readonly #options: ConnectionOptions;
  #opening: Opening | null = null;
  #pausedUntilMs = -Infinity;
  #isReachable: boolean | null = null;
  #isClosed = false;

  constructor(server: CompiledState, options: ConnectionOptions) {
    this.#server = server;
    this.#options = options;
  }

  /** What the script returns; null where the server did not answer in time. Never rejects. */
  async run(asked: Asked): Promise<Answer | null> {
    const { telemetry, now } = this.#options;
    // Not a part of the time that the server has.
    await loadClient();
    if (this.#isClosed || now() < this.#pausedUntilMs) {
      telemetry.stateAsked('paused');
      return null;
    }
    const startedMs = now();
    try {
      const answer = await inTime(this.#ask(asked), this.#server.timeoutMs);
      telemetry.stateAsked('answered', (now() - startedMs) / 1000);
      this.#tell(true, '');
      return answer;
    } catch (fault) {
      this.#failed(fault);
      return null;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#drop();
  }

  async #ask({ script, keys, values }: Asked): Promise<Answer> {
    const { client, nameOf, padOf } = await (this.#opening ??= this.#begin()).open;
    const reply: unknown = await client.eval(script, {
      keys: keys.map(nameOf),
      arguments: [...values(padOf)],
    });
    return { reply, padOf };
  }

  #begin(): Opening {
    const opening: Omit<Opening, 'open'> = { client: null, left: new AbortController() };
    return Object.assign(opening, { open: this.#connect(opening) });
  }

  async #connect(opening: Omit<Opening, 'open'>): Promise<Open> {
    const { keyFile, passwordFile, keyPrefix, workload } = this.#server;
    const key = await this.#secret(keyFile);
    if (key.length < MIN_KEY_CHARS) throw new Error(`${keyFile} has fewer than ${MIN_KEY_CHARS} characters`);
    const password = passwordFile === null ? null : await this.#secret(passwordFile);
    const digest = (text: string): string =>
      createHmac('sha256', key).update(text).digest('base64url').slice(0, 22);
    opening.left.signal.throwIfAborted();
    const client = clientTo(await loadClient(), this.#server, password, this.#options);
    // Each command that is under way fails as well.
    client.on('error', () => undefined);
    // Left before it had a socket, it opens one all the same, and would wait at a silent server without end.
    client.on('connect', () => {
      if (opening.left.signal.aborted) client.destroy();
    });
    opening.client = client;
    await client.connect();
    // The braces keep the keys of a workload together where a proxy spreads them.
    const realm = `${keyPrefix}:{${digest(`workload ${workload}`)}}:`;
    const padOf: PadOf = (name) =>
      createHmac('sha256', key).update(`pad ${workload.length} ${workload} ${name}`).digest();
    return { client, padOf, nameOf: (name) => `${realm}${digest(`${workload.length} ${workload} ${name}`)}` };
  }

  async #secret(file: string): Promise<string> {
    const { secretsDir } = this.#options;
    if (secretsDir === null) throw new Error('the sidecar has no folder of secrets (--secrets)');
    return (await readFile(join(secretsDir, file), 'utf8')).trim();
  }

  #failed(fault: unknown): void {
    const isLate = fault instanceof Late;
    this.#options.telemetry.stateAsked(isLate ? 'late' : 'failed');
    this.#pausedUntilMs = this.#options.now() + PAUSE_MS;
    this.#drop();
    this.#tell(false, fault instanceof Error ? fault.message : String(fault));
  }

  /** What was asked and not answered may still be done: too much is counted then, never too little. */
  #drop(): void {
    const opening = this.#opening;
    this.#opening = null;
    if (opening === null) return;
    opening.left.abort();
    opening.open.catch(() => undefined);
    // A server that takes connections and is silent keeps one open that was never ready.
    opening.client?.destroy();
  }

  #tell(isReachable: boolean, reason: string): void {
    if (isReachable === this.#isReachable) return;
    const { host, port, onUnreachable } = this.#server;
    const { telemetry, log } = this.#options;
    if (!isReachable)
      log.warning(
        `the state that replicas share cannot be reached at ${host}:${port} (${reason}): ${
          onUnreachable === 'refuse' ? 'exchanges that need it are refused' : 'each sidecar counts alone'
        }`,
      );
    else if (this.#isReachable === false)
      log.warning(`the state that replicas share is reached again at ${host}:${port}`);
    this.#isReachable = isReachable;
    telemetry.stateReachable(isReachable);
  }
}

/** Loaded when a policy names a server: it is two thirds of a megabyte of program. */
export async function loadClient(): Promise<typeof CreateClient> {
  const { createClient } = await import('@redis/client');
  return createClient;
}

/** The server did not answer in time. */
class Late extends Error {
  override readonly name = 'Late';
}

/** @throws Late */
async function inTime<T>(answer: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Late(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
    // It may fail once none waits for it.
    answer.catch(() => undefined);
  }
}

function clientTo(
  createClient: typeof CreateClient,
  { host, port, isTls, database, user, timeoutMs }: CompiledState,
  password: string | null,
  { trust, lookup }: ConnectionOptions,
) {
  const socket = {
    ...{ host, port, connectTimeout: timeoutMs, reconnectStrategy: false as const },
    ...(lookup === null ? {} : { lookup }),
  };
  return createClient({
    socket: isTls ? { ...socket, tls: true, secureContext: trust, servername: host } : socket,
    RESP: 2,
    disableOfflineQueue: true,
    database,
    ...(user === null ? {} : { username: user }),
    ...(password === null ? {} : { password }),
  });
}
