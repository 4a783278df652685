import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import type { ProbeAnswer } from './probe-answer.ts';

/** Much larger than a HealthCheckResponse. */
const MAX_REPLY_BYTES = 16 * 1024;
/** `grpc.health.v1.HealthCheckResponse.ServingStatus` */
const SERVING = 1;

/** A protobuf varint, of a number below 2^31. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

/** `HealthCheckRequest { service = 1 }` after the prefix of a gRPC message: uncompressed, and its length. */
function healthRequest(service: string): Buffer {
  const name = Buffer.from(service, 'utf8');
  const message =
    name.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x0a, ...varint(name.length)]), name]);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** Reads protobuf sequentially. Throws a RangeError on truncated or invalid data. */
class MessageReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; factor < 2 ** 49; factor *= 128) {
      const byte = this.#bytes.readUInt8(this.#at);
      this.#at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a varint that does not end');
  }

  /** Skips an unknown field. */
  skip(wireType: number): void {
    switch (wireType) {
      case 0:
        this.varint();
        return;
      case 1:
        this.#at += 8;
        return;
      case 2: {
        const length = this.varint();
        this.#at += length;
        return;
      }
      case 5:
        this.#at += 4;
        return;
      default:
        throw new RangeError(`wire type ${wireType}`);
    }
  }
}

/** The `status` of a HealthCheckResponse; 0 (UNKNOWN) if absent. @throws RangeError unless it is one message */
function servingStatus(reply: Buffer): number {
  const length = reply.readUInt32BE(1);
  if (reply.readUInt8(0) !== 0 || reply.length !== 5 + length) throw new RangeError('not one plain message');
  const reader = new MessageReader(reply.subarray(5));
  let status = 0;
  while (!reader.done) {
    const tag = reader.varint();
    if (tag === 0x08) status = reader.varint();
    else reader.skip(tag & 7);
  }
  return status;
}

/** The `grpc-status` of a call: in the trailers, or in the headers of a trailers-only response. */
function callStatus(headers: IncomingHttpHeaders, trailers: IncomingHttpHeaders): string | undefined {
  const status = trailers['grpc-status'] ?? headers['grpc-status'];
  return Array.isArray(status) ? status[0] : status;
}

function check(session: ClientHttp2Session, service: string): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let headers: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
      'user-agent': 'llm-boundary-sidecar',
    });
    stream.on('response', (found) => (headers = found));
    stream.on('trailers', (found: IncomingHttpHeaders) => (trailers = found));
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_REPLY_BYTES) stream.destroy();
      else chunks.push(chunk);
    });
    stream.on('error', () => resolve({ kind: 'unreached' }));
    // A stream without a response closes without a status.
    stream.on('close', () => {
      const status = callStatus(headers, trailers);
      if (status === undefined) resolve({ kind: 'unreached' });
      else resolve({ kind: 'answered', status: status === '0' && isServing(chunks) ? 200 : 503 });
    });
    stream.end(healthRequest(service));
  });
}

function isServing(chunks: readonly Buffer[]): boolean {
  try {
    return servingStatus(Buffer.concat(chunks)) === SERVING;
  } catch {
    return false;
  }
}

/**
 * Calls `grpc.health.v1.Health/Check` as the kubelet does, in plaintext HTTP/2 with prior knowledge: 200 for SERVING, 503 for any other
 * status and for servers without the method. The path of the URL is the service, percent-encoded. Never rejects.
 * (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md)
 */
export function askGrpc(url: URL, signal: AbortSignal): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    const session = connect(`http://${url.host}`, { settings: { enablePush: false } });
    const end = (answer: ProbeAnswer): void => {
      session.destroy();
      resolve(answer);
    };
    session.on('error', () => end({ kind: 'unreached' }));
    session.on('close', () => end({ kind: 'unreached' }));
    if (signal.aborted) end({ kind: 'unreached' });
    else signal.addEventListener('abort', () => end({ kind: 'unreached' }), { once: true });
    if (!session.destroyed) void check(session, decodeURIComponent(url.pathname.slice(1))).then(end);
  });
}
