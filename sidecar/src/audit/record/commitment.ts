import { createHmac, createSecretKey, hash, randomBytes, type KeyObject } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isNativeError } from 'node:util/types';

/** Which body of an exchange. */
export type Part = 'request' | 'response';

/** A body's commitment, and the nonce that opens this one commitment and no other. Lower-case hex, 32 bytes each. */
interface Commitment {
  readonly commitment: string;
  readonly nonce: string;
}

/** A commitment to a body that arrives in pieces. */
export interface OpenCommitment {
  update(bytes: Uint8Array | string): void;
  /** Lower-case hex. Call once. */
  digest(): string;
}

/**
 * Commits to bodies without keeping anything of them: HMAC-SHA-256 of the body under a nonce that is the body's own. Equal bodies get
 * different commitments, and short ones cannot be guessed. The nonce is itself derived from one key, so the holder of that key
 * can open any single commitment later against a body that was kept, by giving away that nonce alone; whoever destroys
 * the key takes the link between records and bodies away for good (erasure without touching the log).
 */
export interface Commitments {
  /** First 16 hex digits of the key's SHA-256: says which key opens a log, and stands in its genesis. */
  readonly keyId: string;
  commit(exchange: string, part: Part, body: Uint8Array | string): Commitment;
  begin(exchange: string, part: Part): OpenCommitment;
}

const KEY_BYTES = 32;
const KEY_FILE = 'commitment.key';
const keyPattern = /^[0-9a-f]{64}\n?$/;

/** @throws Error where `key` is not 32 bytes. */
export function createCommitments(key: Uint8Array): Commitments {
  if (key.length !== KEY_BYTES) throw new Error(`a commitment key has ${KEY_BYTES} bytes, not ${key.length}`);
  const secret = createSecretKey(key);
  return {
    keyId: hash('sha256', Buffer.from(key), 'hex').slice(0, 16),
    commit(exchange, part, body) {
      const nonce = nonceOf(secret, exchange, part);
      return {
        commitment: createHmac('sha256', nonce).update(body).digest('hex'),
        nonce: nonce.toString('hex'),
      };
    },
    begin(exchange, part) {
      const hmac = createHmac('sha256', nonceOf(secret, exchange, part));
      return {
        update: (bytes) => void hmac.update(bytes),
        digest: () => hmac.digest('hex'),
      };
    },
  };
}

/** Lines end the fields, and neither an exchange's id nor a part holds one, so no two bodies share a nonce. */
function nonceOf(key: KeyObject, exchange: string, part: Part): Buffer {
  return createHmac('sha256', key).update(`llm-boundary commitment v1\n${exchange}\n${part}\n`).digest();
}

/** 64 lower-case hex digits in a file. @throws Error that names the file and what is expected, and never shows the key. */
export async function readKey(path: string): Promise<Uint8Array> {
  const text = await readFile(path, 'latin1');
  if (!keyPattern.test(text))
    throw new Error(`${path}: a key is 64 lower-case hex digits, optionally followed by a newline`);
  return Buffer.from(text.trimEnd(), 'hex');
}

/**
 * The key in `DIR/commitment.key`, made on first use (0600). It lies beside the file log but is never part of any copy of it.
 * Whoever should read the log and not test guesses against it gets the log without this file.
 */
export async function commitmentKeyIn(dir: string): Promise<Uint8Array> {
  const path = join(dir, KEY_FILE);
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(`${randomBytes(KEY_BYTES).toString('hex')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (fault) {
    if (!(isNativeError(fault) && 'code' in fault && fault.code === 'EEXIST')) throw fault;
  }
  return readKey(path);
}
