import type { IncomingMessage, ServerResponse } from 'node:http';

import { acceptBody, awaitsContinue, expectContinue } from './expectation.ts';

interface Reply {
  readonly res: ServerResponse;
  readonly sent: readonly string[];
}

function reply(state: { readonly headersSent?: boolean; readonly destroyed?: boolean } = {}): Reply {
  const sent: string[] = [];
  const res = { headersSent: false, destroyed: false, ...state, writeContinue: () => sent.push('100') };
  return { res: res as unknown as ServerResponse, sent };
}

function request(): IncomingMessage {
  return {} as unknown as IncomingMessage;
}

describe('a client that waits for 100 Continue', () => {
  it('gets nothing that it did not ask for', () => {
    const req = request();
    expect(awaitsContinue(req)).toBe(false);
    expect(() => acceptBody(req)).not.toThrow();
  });

  it.each([{ headersSent: true }, { destroyed: true }])('gets none behind a reply: %j', (state) => {
    const [req, { res, sent }] = [request(), reply(state)];
    expectContinue(req, res);
    acceptBody(req);
    expect(sent).toEqual([]);
  });

  it('gets one, once', () => {
    const [req, { res, sent }] = [request(), reply()];
    expectContinue(req, res);
    expect(awaitsContinue(req)).toBe(true);
    acceptBody(req);
    acceptBody(req);
    expect({ sent, waits: awaitsContinue(req) }).toEqual({ sent: ['100'], waits: false });
  });
});
