import { connect } from 'node:net';
import { Live, policyOf } from '../test-kit.ts';
import { until } from '../../testing/until.ts';

const BODY = JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] });
const FRAME = `data: ${JSON.stringify({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [
    { index: 0, delta: { content: 'The committee met on Tuesday. '.repeat(200) }, finish_reason: null },
  ],
})}\n\n`;

describe.each([
  ['enforce', 'limits: { holdChars: 100000 }'],
  ['observe', 'mode: observe'],
])('an unread reply, in %s', (_name, policy) => {
  it('is cut, and recorded as a limit of its reader', async () => {
    const live = await new Live({ policy: policyOf(policy), change: { stallTimeoutMs: 300 } }).start();
    live.answer = (request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const go = (): void => {
        while (!response.destroyed && response.write(FRAME));
      };
      response.on('drain', go);
      go();
    };
    const reader = connect(live.port, '127.0.0.1');
    reader.on('error', () => undefined);
    reader.pause();
    reader.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: m\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`,
    );
    await until(
      'its end',
      () => live.ledger.decisions,
      (decisions) => decisions.some(({ kind }) => kind === 'close'),
    );
    expect(live.ledger.decisions.at(-1)).toMatchObject({
      kind: 'close',
      verdict: 'block',
      code: 'limit_exceeded',
      outcome: 'refused',
    });
    reader.destroy();
    await live.close();
  });
});
