import { createServer } from 'node:http';

import type { ChatMessage } from './openai-model.ts';
import { serving, untilTerminated } from './served.ts';
import { runTools, type Ran } from './tool-loop.ts';

/**
 * Stands in for a pipeline in Hayhooks: asked as an OpenAI-compatible server or at `/support/run`, it retrieves from Qdrant and asks its
 * model, with a tool that opens tickets.
 */
const env = process.env;

async function retrieve(question: string): Promise<string> {
  const response = await fetch(`${env['QDRANT_URL'] ?? ''}/collections/docs/points/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: question, limit: 1, with_payload: true }),
  });
  if (!response.ok) throw new Error(`Qdrant: status ${response.status}`);
  const { result } = (await response.json()) as {
    readonly result: { readonly points: readonly { readonly payload: { readonly text: string } }[] };
  };
  return result.points.map(({ payload }) => payload.text).join('\n');
}

async function answer(question: string): Promise<Ran> {
  const content = `<documents>${await retrieve(question)}</documents>\n${question}`;
  const opened = { open_ticket: ({ assignee = '' }) => `The ticket is with ${assignee}.` };
  return runTools('qwen2.5-7b', [{ role: 'user', content }], opened);
}

createServer(
  serving(async (route, body) => {
    if (route === 'GET /status') return { body: { status: 'Up!' } };
    const asked = body === '' ? {} : (JSON.parse(body) as { messages?: ChatMessage[]; query?: string });
    if (route === 'POST /support/run') return { body: { result: await answer(asked.query ?? '') } };
    if (route !== 'POST /v1/chat/completions') return null;
    const ran = await answer(String(asked.messages?.at(-1)?.content));
    if (ran.failure !== null)
      return { status: 502, body: { error: { message: 'The model was refused.', code: ran.failure } } };
    const content = `${ran.said} Done: ${ran.executed.join(', ')}.`;
    const choice = { index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' };
    const base = { id: 'chatcmpl-bot', object: 'chat.completion', created: 1, model: 'support' };
    return { body: { ...base, choices: [choice] } };
  }),
).listen(Number(env['HAYHOOKS_PORT']), env['HAYHOOKS_HOST']);
untilTerminated();
