import { firstBytes } from './first-bytes.ts';

describe('firstBytes', () => {
  it.each([
    ['', 'more'],
    ['\x16', 'tls'],
    ['\x16\x03\x01\x02', 'tls'],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'http2'],
    ['PRI * HT', 'more'],
    ['POST /v1/chat/completions HTTP/1.1\r\n', 'http'],
    ['GET / HTTP/1.1', 'http'],
    ['\r\nGET / HTTP/1.1\r\n', 'http'],
    ['post /x HTTP/1.0\r\n', 'http'],
    ['P', 'more'],
    ['POST ', 'more'],
    [`GET /${'x'.repeat(100)}`, 'more'],
    [`GET /${'x'.repeat(9000)}`, 'other'],
    // Redis: an array, and a command on one line.
    ['*1\r\n$4\r\nPING\r\n', 'other'],
    ['*1', 'more'],
    ['GET key\r\n', 'other'],
    ['PING\r\n', 'other'],
    // Postgres (SSLRequest), Kafka, ZMQ, AMQP, SSH.
    ['\0\0\0\x08\x04\xd2\x16\x2f', 'other'],
    ['\0\0\0\x2f\0\x12', 'other'],
    ['\xff\0\0\0', 'other'],
    ['AMQP\0\0\x09\x01', 'other'],
    ['SSH-2.0-x\r\n', 'other'],
  ])('%j is %s', (text, kind) => {
    expect(firstBytes(Buffer.from(text, 'latin1'))).toBe(kind);
  });

  it('gives the same result for a request in pieces as for the whole', () => {
    const request = Buffer.from('DELETE /a/b?c HTTP/1.1\r\nHost: a\r\n\r\n');
    const kinds = new Set(Array.from(request, (_, index) => firstBytes(request.subarray(0, index + 1))));
    expect([...kinds]).toEqual(['more', 'http']);
  });
});
