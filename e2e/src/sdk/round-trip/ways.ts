import { ANTHROPIC } from './anthropic.ts';
import type { Conversation } from './conversation.ts';
import { GEMINI } from './gemini.ts';
import { OLLAMA } from './ollama.ts';
import { OPENAI_CHAT, OPENAI_RESPONSES } from './openai.ts';

const CONVERSATIONS: readonly Conversation[] = [OPENAI_CHAT, OPENAI_RESPONSES, ANTHROPIC, GEMINI, OLLAMA];

/** Each SDK, with whole and with streamed replies. */
export const WAYS = CONVERSATIONS.flatMap((conversation) =>
  [false, true].map((stream) => ({
    name: `${conversation.name}, ${stream ? 'streamed' : 'whole'}`,
    conversation,
    stream,
  })),
);
