import { createPublicKey, generateKeyPairSync, hash, sign, verify, type KeyObject } from 'node:crypto';

/**
 * Signed notes as in C2SP signed-note v1: a text that ends in a newline, an empty line, and signature lines
 * `— NAME BASE64(key id ‖ signature)`. Ed25519 is algorithm 0x01.
 * The body here has the shape of a checkpoint (name, size, hash), but the hash is the head of a chain of lines and not the root
 * of a tree; the names end in `/chain/…` so that one is not taken for the other.
 */
export interface Head {
  readonly origin: string;
  /** How many lines are covered: the line with `seq` equal to `size - 1` is the last. */
  readonly size: number;
  /** Lower-case hex SHA-256 of that line's bytes, without its newline. */
  readonly hash: string;
}

/** Signs heads with a key that never leaves the process. */
export interface Signer {
  /** The verifier key in C2SP form: `NAME+KEYID+BASE64(0x01 ‖ public key)`. */
  readonly key: string;
  sign(head: Head): string;
  /** A signature line of this key to put below the note of another signer over the same head. */
  countersign(head: Head): string;
}

/** A verifier key, parsed. */
export interface Verifier {
  readonly name: string;
  readonly key: string;
  /** The head that the note vouches for; null where it is not a note of this key, or anything about it is off. */
  open(note: string): Head | null;
}

const ED25519 = 0x01;
const SIGNATURE_BYTES = 64;
/** DER of a SubjectPublicKeyInfo for Ed25519, before the 32 bytes of the key (RFC 8410 §4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

const keyPattern = /^([^\s+]{1,512})\+([0-9a-f]{8})\+([A-Za-z0-9+/]{43,44}={0,2})$/;
const notePattern =
  /^([^\n]{1,512})\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n\n— ([^\s+]{1,512}) ([A-Za-z0-9+/]{88,92}={0,2})\n$/u;

/** A signer for `origin` with a fresh Ed25519 key, or with the private key given. The private half stays inside of the returned object. */
export function createSigner(
  origin: string,
  privateKey: KeyObject = generateKeyPairSync('ed25519').privateKey,
): Signer {
  const publicKey = createPublicKey(privateKey);
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length);
  const id = keyId(origin, raw);
  return {
    key: `${origin}+${id.toString('hex')}+${Buffer.concat([Buffer.of(ED25519), raw]).toString('base64')}`,
    sign(head) {
      const body = noteBody(head);
      return `${body}\n${signatureLine(origin, id, body, privateKey)}`;
    },
    countersign: (head) => signatureLine(origin, id, noteBody(head), privateKey),
  };
}

function signatureLine(name: string, id: Buffer, body: string, key: KeyObject): string {
  return `— ${name} ${Buffer.concat([id, sign(null, Buffer.from(body), key)]).toString('base64')}\n`;
}

/** Null where `text` is not the canonical spelling of an Ed25519 verifier key, or its key id is not its own. */
export function parseVerifier(text: string): Verifier | null {
  const [, name, idHex, encoded] = keyPattern.exec(text) ?? [];
  if (name === undefined || idHex === undefined || encoded === undefined) return null;
  const bytes = decodeBase64(encoded);
  if (bytes?.length !== 33 || bytes[0] !== ED25519) return null;
  const raw = bytes.subarray(1);
  const id = keyId(name, raw);
  if (id.toString('hex') !== idHex) return null;
  const publicKey = createPublicKey({
    key: Buffer.concat([SPKI_PREFIX, raw]),
    format: 'der',
    type: 'spki',
  });
  return { name, key: text, open: (note) => openNote(note, name, id, publicKey) };
}

/** The same public key under another name, as one who signs under several names uses it. Null where the name cannot be one. */
export function renamed({ key }: Verifier, name: string): Verifier | null {
  const bytes = Buffer.from(key.replace(/^[^+]*\+[^+]*\+/, ''), 'base64');
  const id = keyId(name, bytes.subarray(1)).toString('hex');
  return parseVerifier(`${name}+${id}+${bytes.toString('base64')}`);
}

function openNote(note: string, name: string, id: Buffer, publicKey: KeyObject): Head | null {
  const [, origin, size, root, signer, encoded] = notePattern.exec(note) ?? [];
  if (origin !== name || signer !== name || size === undefined || root === undefined) return null;
  const signature = decodeBase64(encoded ?? '');
  const head = decodeBase64(root);
  if (head?.length !== 32 || signature?.length !== id.length + SIGNATURE_BYTES) return null;
  if (!signature.subarray(0, id.length).equals(id)) return null;
  const parsed = { origin, size: Number(size), hash: head.toString('hex') };
  if (!Number.isSafeInteger(parsed.size)) return null;
  return verify(null, Buffer.from(noteBody(parsed)), publicKey, signature.subarray(id.length))
    ? parsed
    : null;
}

function noteBody(head: Head): string {
  return `${head.origin}\n${head.size}\n${Buffer.from(head.hash, 'hex').toString('base64')}\n`;
}

function keyId(name: string, raw: Buffer): Buffer {
  const digest = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ED25519), raw]), 'buffer');
  return digest.subarray(0, 4);
}

/** `Buffer.from` skips what is not base64 and ignores loose trailing bits, so only what encodes back to itself is taken. */
function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}
