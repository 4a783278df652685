import fc from 'fast-check';

import type { ActionContext } from '../../index.ts';
import { openaiChat } from '../../../dialects/openai-chat/index.ts';
import { compile, DEFAULT_POLICY } from '../../../policy/index.ts';

export const MATCH = { model: null, stream: null, framing: 'sse' } as const;
export const PROMPT = openaiChat.prompt({ messages: [{ role: 'user', content: 'Hi' }], stream: true }, MATCH);
// Everything redacts, so that a text can be followed to its end.
export const POLICY = compile(
  {
    ...DEFAULT_POLICY,
    limits: { ...DEFAULT_POLICY.limits, detectorMs: 60_000 },
    egress: {
      ...DEFAULT_POLICY.egress,
      secrets: { ...DEFAULT_POLICY.egress.secrets, action: 'redact' },
      links: { ...DEFAULT_POLICY.egress.links, mode: 'enforce' },
    },
  },
  { name: 'test', generation: 1, loadedAtMs: 0, fingerprints: new Map() },
);
export const ACTION: ActionContext = {
  exchange: {
    id: 'e1',
    direction: 'inbound',
    dialect: 'openai-chat',
    host: null,
    caller: { address: '', identity: null },
    prompt: PROMPT,
  },
  policy: POLICY,
  tainted: false,
  isPrivate: false,
};
/** Has the shape of a credential and is none. */
export const TOKEN = ['ghp', 'R7mK2vQx9LpT4sWn8ZcB3dHf6JyGa1Ue5Ti0'].join('_');
/** What the detectors look for, and what only looks like it. */
export const WORDS = fc.constantFrom(
  ...[
    'anna@example.com',
    'a.b+c@sub.example.co.uk',
    '4111 1111 1111 1111',
    '4111-1111-1111-1112',
    '192.168.7.12',
  ],
  ...[
    'DE89 3704 0044 0532 0130 00',
    'GB82WEST12345698765432',
    '+49 30 901820',
    '(212) 555-0187',
    '078-05-1120',
  ],
  ...[TOKEN, 'AKIAIOSFODNN7QRSTUVW', 'ghp_short', 'sk-no', '@', '.'],
  ...[
    'https://evil.example/x?q=abc',
    '![i](https://evil.example/p.png?d=1)',
    '[a](http://b.example)',
    'www.x',
  ],
  ...['hello', 'Größe', '日本', '🔥', '12', '2026-11-24', 'a', 'the quick brown fox', '-', ':', '://'],
);
export const GLUE = fc.constantFrom(' ', ' ', ' ', '', '\n', ', ', '. ', '(', ')', '"');
