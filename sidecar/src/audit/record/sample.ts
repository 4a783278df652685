import type { Decision } from '../../exchange/index.ts';

/** A decision as it is made thousands of times a second, for the reference and for tests; `changes` makes it another one. */
export function sampleDecision(changes: Partial<Decision> = {}): Decision {
  return {
    kind: 'ingress',
    exchange: '0199f3a2-7c1e-7d7a-9f0e-3b1d5c2a4e6f',
    direction: 'inbound',
    dialect: 'openai-chat',
    method: 'POST',
    path: '/v1/chat/completions',
    verdict: 'allow',
    code: null,
    status: null,
    hits: [],
    model: 'llama-3.1-70b',
    tools: [],
    usage: null,
    policy: { name: 'support-bot', generation: 1, sha256: '5f'.repeat(32) },
    outcome: null,
    content: null,
    ...changes,
  };
}
