/** Result of parsing the first bytes of a TLS connection. */
export type ClientHello =
  /** More bytes are needed. */
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'refused'; readonly reason: HelloFault };

/**
 * `no_name`: no server_name, so nothing to judge. `encrypted`: an ECH extension; the plaintext name is then only a front for any number of
 * others, so that judging it would be meaningless. `malformed`: not one well-formed ClientHello.
 */
type HelloFault = 'malformed' | 'too_large' | 'no_name' | 'encrypted';

/** With post-quantum keys a hello has about 2 KiB; a much larger one only serves to exhaust memory. */
export const MAX_HELLO_BYTES = 32 * 1024;

const MAX_RECORD = 16_384;
const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const ENCRYPTED_CLIENT_HELLO = 0xfe0d;

const INCOMPLETE: ClientHello = { kind: 'incomplete' };

/**
 * Parses a ClientHello (RFC 8446 §4.1.2, RFC 6066 §3), which may be split over any number of records and TCP segments. `bytes`: all bytes
 * received so far; attacker-controlled. Never throws.
 */
export function readClientHello(bytes: Buffer): ClientHello {
  if (bytes.length > MAX_HELLO_BYTES) return refused('too_large');
  const message = unwrapRecords(bytes);
  if (!Buffer.isBuffer(message)) return message;
  try {
    return nameIn(new Reader(message));
  } catch (error) {
    if (error instanceof RangeError) return refused('malformed');
    throw error;
  }
}

function refused(reason: HelloFault): ClientHello {
  return { kind: 'refused', reason };
}

/** Extracts the handshake message from its records (RFC 8446 §5.1), header included. */
function unwrapRecords(bytes: Buffer): Buffer | ClientHello {
  const fragments: Buffer[] = [];
  let have = 0;
  let at = 0;
  for (;;) {
    if (have >= 4) {
      const message = Buffer.concat(fragments, have);
      if (message[0] !== CLIENT_HELLO) return refused('malformed');
      const length = message.readUIntBE(1, 3);
      if (length + 4 > MAX_HELLO_BYTES) return refused('too_large');
      // A hello is alone in its flight: further bytes in the same record are invalid.
      if (have >= length + 4) return have === length + 4 ? message : refused('malformed');
    }
    if (bytes.length > at && bytes[at] !== HANDSHAKE) return refused('malformed');
    if (bytes.length > at + 1 && bytes[at + 1] !== 3) return refused('malformed');
    if (bytes.length < at + 5) return INCOMPLETE;
    const length = bytes.readUInt16BE(at + 3);
    // RFC 8446 §5.1: handshake fragments are never empty.
    if (length === 0 || length > MAX_RECORD) return refused('malformed');
    if (bytes.length < at + 5 + length) return INCOMPLETE;
    fragments.push(bytes.subarray(at + 5, at + 5 + length));
    have += length;
    at += 5 + length;
  }
}

function nameIn(hello: Reader): ClientHello {
  // Type, length, legacy_version, random.
  hello.skip(4 + 2 + 32);
  hello.skip(hello.u8());
  hello.skip(hello.u16());
  hello.skip(hello.u8());
  if (hello.isDone()) return refused('no_name');
  const extensions = new Reader(hello.take(hello.u16()));
  if (!hello.isDone()) return refused('malformed');
  let name: string | null = null;
  let encrypted = false;
  const seen = new Set<number>();
  while (!extensions.isDone()) {
    const type = extensions.u16();
    const body = extensions.take(extensions.u16());
    if (seen.has(type)) return refused('malformed');
    seen.add(type);
    if (type === ENCRYPTED_CLIENT_HELLO) encrypted = true;
    if (type === SERVER_NAME) name = serverName(new Reader(body));
  }
  if (encrypted) return refused('encrypted');
  return name === null ? refused('no_name') : { kind: 'named', name };
}

function serverName(extension: Reader): string {
  const list = new Reader(extension.take(extension.u16()));
  const type = list.u8();
  const name = list.take(list.u16()).toString('latin1');
  // RFC 6066 §3: one name of each type, and host_name (0) is the only type there is.
  if (type !== 0 || !list.isDone() || !extension.isDone() || name === '') throw new RangeError('server_name');
  return name;
}

/** Throws RangeError beyond the end. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  isDone(): boolean {
    return this.#at === this.#bytes.length;
  }

  u8(): number {
    return this.take(1).readUInt8(0);
  }

  u16(): number {
    return this.take(2).readUInt16BE(0);
  }

  skip(count: number): void {
    this.take(count);
  }

  take(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.#bytes.length) throw new RangeError('beyond the end');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

/** RFC 8446 §6: fatal alerts, in clear text as before any handshake. */
export const ALERTS = {
  accessDenied: alert(49),
  decodeError: alert(50),
  unrecognizedName: alert(112),
} as const;

function alert(description: number): Buffer {
  return Buffer.from([21, 3, 3, 0, 2, 2, description]);
}
