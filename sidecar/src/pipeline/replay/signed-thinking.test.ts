import { replayExchange } from './replay.ts';
import { policyOf } from '../test-kit.ts';
import { sse } from '../testing/passing.ts';

const POLICY = policyOf('action: { default: allow }\negress: { pii: { action: redact } }');
const MAIL = 'anna@example.com';

function received(response: object | string): string {
  const request = {
    model: 'm',
    max_tokens: 5,
    stream: typeof response === 'string',
    messages: [{ role: 'user', content: 'a' }],
  };
  return (
    replayExchange({ method: 'POST', path: '/v1/messages', request, response }, POLICY).received?.body ?? ''
  );
}

function message(...content: readonly object[]): object {
  return { type: 'message', role: 'assistant', model: 'm', content, stop_reason: 'end_turn' };
}

function event(type: string, more: object = {}): string {
  return sse({ type, ...more }, type);
}

function delta(index: number, piece: object): string {
  return event('content_block_delta', { index, delta: piece });
}

function stream(said: readonly string[], signature: string): string {
  return [
    event('message_start', { message: message() }),
    event('content_block_start', {
      index: 0,
      content_block: { type: 'thinking', thinking: '', signature: '' },
    }),
    ...said.map((thinking) => delta(0, { type: 'thinking_delta', thinking })),
    delta(0, { type: 'signature_delta', signature }),
    event('content_block_stop', { index: 0 }),
    event('content_block_start', { index: 1, content_block: { type: 'text', text: '' } }),
    delta(1, { type: 'text_delta', text: 'Hi' }),
    event('content_block_stop', { index: 1 }),
    event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } }),
    event('message_stop'),
  ].join('');
}

describe('thinking that the server signed', () => {
  function signed(thinking: string): object {
    return { type: 'thinking', thinking, signature: 'ErUBCkYIAxgC' };
  }
  const text = { type: 'text', text: 'Hi' };

  it('goes as a whole where something in it is redacted', () => {
    expect(received(message(signed('plain'), signed(`to ${MAIL}`), text))).toBe(
      JSON.stringify(message(signed('plain'), text)),
    );
  });

  it('stays beside a text that is redacted', () => {
    const other = { type: 'text', text: `to ${MAIL}` };
    expect(received(message(signed('plain'), other))).toContain('ErUBCkYIAxgC');
  });

  it('is redacted like any text where there is no signature', () => {
    expect(received(message({ type: 'thinking', thinking: `to ${MAIL}`, signature: '' }))).toContain(
      'to [EMAIL]',
    );
    expect(received(stream([`to ${MAIL}`], ''))).toContain('to [EMAIL]');
  });

  it.each([[[`to ${MAIL} now`]], [['to anna', '@example.com']]])(
    'in a stream, what follows is withheld: %j',
    (said) => {
      const got = received(stream(said, 'ErUBCkYIAxgC'));
      expect(got).not.toMatch(/ErUBCkYIAxgC|anna|"Hi"/);
      expect(got).toContain('"stop_reason":"refusal"');
    },
  );

  it('passes in a stream as it came', () => {
    const response = stream(['to think', ' about'], 'ErUBCkYIAxgC');
    expect(received(response)).toBe(response);
  });
});
