import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Why a listener rejected a message before any handler. Closed, safe as a metric label. */
export type FaultCode =
  | 'malformed'
  | 'host_missing'
  | 'host_ambiguous'
  | 'length_ambiguous'
  | 'transfer_encoding'
  | 'header_ambiguous'
  | 'target'
  | 'method'
  | 'version'
  | 'expectation'
  | 'upgrade'
  | 'headers_too_large'
  | 'body_too_large'
  | 'timeout'
  | 'host_not_allowed';

export interface Fault {
  readonly code: FaultCode;
  readonly status: 400 | 403 | 405 | 408 | 413 | 417 | 431 | 505;
  /** The problem, its fix, and the policy key that would allow it; never a value from the message. */
  readonly message: string;
}

/** Invalid HTTP has no meaning that a policy could allow. */
const NO_KEY = 'No policy key would allow it.';

export const FAULTS: Readonly<Record<FaultCode, Fault>> = {
  malformed: { code: 'malformed', status: 400, message: `The message is not valid HTTP/1.1. ${NO_KEY}` },
  host_missing: { code: 'host_missing', status: 400, message: `Send a Host header. ${NO_KEY}` },
  host_ambiguous: {
    code: 'host_ambiguous',
    status: 400,
    message: `Send exactly one valid Host header. ${NO_KEY}`,
  },
  length_ambiguous: {
    code: 'length_ambiguous',
    status: 400,
    message: `Send either one Content-Length of plain digits or Transfer-Encoding: chunked. ${NO_KEY}`,
  },
  transfer_encoding: {
    code: 'transfer_encoding',
    status: 400,
    message: `The only Transfer-Encoding understood here is exactly one "chunked", over HTTP/1.1. ${NO_KEY}`,
  },
  header_ambiguous: {
    code: 'header_ambiguous',
    status: 400,
    message: `A header that may stand once is repeated with another value, is nominated by Connection, or differs from another only by "_" and "-". ${NO_KEY}`,
  },
  target: {
    code: 'target',
    status: 400,
    message: `The request target must be a path, or an http URL of the host that the Host header names: no other host or scheme, no user, no "*", no fragment. ${NO_KEY}`,
  },
  method: { code: 'method', status: 405, message: `This method is not forwarded. ${NO_KEY}` },
  version: {
    code: 'version',
    status: 505,
    message:
      'Use HTTP/1.1. A port that speaks only HTTP/2 (gRPC) can be listed in endpoints.tcp, uninspected.',
  },
  expectation: {
    code: 'expectation',
    status: 417,
    message: `The only expectation understood is 100-continue. ${NO_KEY}`,
  },
  upgrade: {
    code: 'upgrade',
    status: 400,
    message: `A WebSocket handshake is a GET without a body. ${NO_KEY}`,
  },
  headers_too_large: {
    code: 'headers_too_large',
    status: 431,
    message: `The headers are larger or more than allowed. ${NO_KEY}`,
  },
  body_too_large: {
    code: 'body_too_large',
    status: 413,
    message: `The body is larger than allowed. ${NO_KEY}`,
  },
  timeout: { code: 'timeout', status: 408, message: `The request did not arrive in time. ${NO_KEY}` },
  host_not_allowed: {
    code: 'host_not_allowed',
    status: 403,
    message:
      'The policy of this workload does not allow this host. action.hosts of the policy would allow it.',
  },
};

function body(fault: Fault): string {
  const code =
    fault.code === 'host_not_allowed' || fault.code === 'body_too_large' ? fault.code : 'request_malformed';
  return JSON.stringify({ error: { type: 'boundary_refusal', code, message: fault.message } });
}

/** Answers on a bare socket and closes it. No effect if the socket is not writable. */
export function refuseSocket(socket: Duplex, fault: Fault): void {
  if (!socket.writable || socket.destroyed) {
    socket.destroy();
    return;
  }
  const text = body(fault);
  socket.end(
    `HTTP/1.1 ${fault.status} ${STATUS_CODES[fault.status] ?? ''}\r\nconnection: close\r\n` +
      `content-type: application/json\r\nx-should-retry: false\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

/** Answers through node's response and asks the client to close. */
export function refuse(res: ServerResponse, fault: Fault): void {
  const text = body(fault);
  res.writeHead(fault.status, {
    connection: 'close',
    'content-type': 'application/json',
    'x-should-retry': 'false',
    'content-length': Buffer.byteLength(text),
  });
  res.end(text);
}
