/** RFC 9113 §4.1: length (3), type, flags, stream identifier. */
function frame(type: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = type;
  return Buffer.concat([header, payload]);
}

const SETTINGS = 4;
const GOAWAY = 7;
/** RFC 9113 §7 */
const HTTP_1_1_REQUIRED = 13;

const reason = Buffer.from(
  'llm-boundary: HTTP/2 with prior knowledge (gRPC, h2c) is not inspected; use HTTP/1.1, or list the server in action.tcp',
);
const end = Buffer.alloc(8);
end.writeUInt32BE(HTTP_1_1_REQUIRED, 4);

/** For a client that began with the preface of HTTP/2: our SETTINGS, and GOAWAY with the reason, which gRPC clients print. */
export const HTTP2_REQUIRED_HTTP1: Buffer = Buffer.concat([
  frame(SETTINGS, Buffer.alloc(0)),
  frame(GOAWAY, Buffer.concat([end, reason])),
]);
