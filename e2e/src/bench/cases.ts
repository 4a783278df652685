import { prose } from './prose.ts';

/** How the upstream answers: it reads it from the name of the model. */
export type Reply = 'whole' | 'paced' | 'slow' | 'batched';

/** One kind of traffic. */
export interface Case {
  readonly name: string;
  readonly reply: Reply;
  /** The body of the exchange of this number. Numbers never repeat in a run, so no text does. */
  readonly body: (index: number) => string;
  readonly connections: number;
  /** Exchanges of a round. */
  readonly total: number;
  /** Exchanges before the first round, by which the JIT has compiled both proxies. */
  readonly warmUp: number;
}

export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

const SYSTEM: Message = { role: 'system', content: prose(1, 500) };
const TURNS = 30;

export function chat(reply: Reply, messages: readonly Message[], more: object = {}): string {
  const stream = reply === 'whole' ? {} : { stream: true };
  return JSON.stringify({ model: `bench-${reply}`, ...stream, ...more, messages });
}

/** A prompt of about `length` characters, new in each exchange. */
function prompt(length: number): (index: number) => string {
  return (index) => chat('whole', [SYSTEM, { role: 'user', content: prose(index, length) }]);
}

/** The exchange `index % 30` of a conversation that grows: its history was sent before, its last message was not. */
function conversation(index: number): string {
  const first = index - (index % TURNS);
  const messages: Message[] = [SYSTEM];
  for (let turn = first; turn < index; turn += 1) {
    messages.push({ role: 'user', content: prose(turn, 200) });
    messages.push({ role: 'assistant', content: prose(-turn, 400) });
  }
  messages.push({ role: 'user', content: prose(index, 200) });
  return chat('whole', messages);
}

function streamed(reply: Reply): (index: number) => string {
  return (index) => chat(reply, [{ role: 'user', content: prose(index, 200) }]);
}

/** The same tools in every exchange, as agents send them. */
function tools(count: number): (index: number) => string {
  const offered = Array.from({ length: count }, (_, at) => ({
    type: 'function',
    function: {
      name: `tool_${at}`,
      description: prose(at, 120),
      parameters: {
        type: 'object',
        properties: { name: { type: 'string', description: prose(at + 1, 40) } },
      },
    },
  }));
  return (index) => chat('whole', [{ role: 'user', content: prose(index, 1000) }], { tools: offered });
}

export const CHAT: Case = {
  name: 'chat, 1 KB of new text',
  reply: 'whole',
  body: prompt(500),
  connections: 16,
  total: 4000,
  warmUp: 20_000,
};

/** Events of each stream of the upstream. */
export const EVENTS_OF_STREAM = 200;

export const PACED: Case = {
  name: `stream of ${EVENTS_OF_STREAM} events, one a write`,
  reply: 'paced',
  body: streamed('paced'),
  connections: 16,
  total: 320,
  warmUp: 640,
};

/** Shares of the warm-up and of a round fall with the cost of an exchange. */
export const CASES: readonly Case[] = [
  CHAT,
  {
    name: 'conversation of 30 turns that grows, 9 KB on average',
    reply: 'whole',
    body: conversation,
    connections: 16,
    total: 1500,
    warmUp: 3000,
  },
  PACED,
  {
    name: `stream of ${EVENTS_OF_STREAM} events, twenty a write`,
    reply: 'batched',
    body: streamed('batched'),
    connections: 16,
    total: 640,
    warmUp: 1280,
  },
  { name: 'prompt of 32 KB', reply: 'whole', body: prompt(32_000), connections: 16, total: 500, warmUp: 500 },
  { name: 'prompt of 256 KB', reply: 'whole', body: prompt(256_000), connections: 4, total: 60, warmUp: 60 },
  { name: '1 tool', reply: 'whole', body: tools(1), connections: 16, total: 2000, warmUp: 2000 },
  { name: '100 tools', reply: 'whole', body: tools(100), connections: 16, total: 500, warmUp: 500 },
  { name: '1,000 tools', reply: 'whole', body: tools(1000), connections: 4, total: 60, warmUp: 60 },
];
