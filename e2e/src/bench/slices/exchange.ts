import { request } from 'node:http';

import { chat } from '../cases.ts';
import { prose } from '../prose.ts';
import type { Kind } from './kinds.ts';

/** Which part of an exchange is long. */
export const WAYS = ['request', 'reply', 'stream'] as const;
export type Way = (typeof WAYS)[number];

let asked = 0;

/** The body of an exchange that is long in this way. No text is sent twice: what was judged before is not judged again. */
export function longBody(way: Way, { text }: Kind): string {
  asked += 1;
  const told = prose(asked, 200);
  switch (way) {
    case 'request':
      return JSON.stringify({ model: 'short', messages: [{ role: 'user', content: `${asked} ${text}` }] });
    case 'reply':
      return JSON.stringify({ model: 'long-whole', messages: [{ role: 'user', content: told }] });
    case 'stream':
      return JSON.stringify({
        model: 'long-streamed',
        stream: true,
        messages: [{ role: 'user', content: told }],
      });
  }
}

export function shortBody(): string {
  asked += 1;
  return chat('whole', [{ role: 'user', content: prose(asked, 500) }]);
}

/** Resolves with the status when all of the answer arrived. */
export function send(port: number, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        port,
        host: '127.0.0.1',
        path: '/v1/chat/completions',
        method: 'POST',
        headers: { 'content-type': 'application/json' },
      },
      (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
        response.once('error', reject);
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}
