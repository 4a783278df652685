import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

import { TicketDesk } from './ticket-desk.ts';

/**
 * An agent that reads a ticket from an MCP server, if it has one, and calls a model repeatedly, and listens after the first good answer; or
 * with `--once` ends after the first good answer, as a Job does.
 */
const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'http://127.0.0.1:8000' },
    tickets: { type: 'string' },
    port: { type: 'string', default: '9000' },
    once: { type: 'boolean', default: false },
  },
});
const ATTEMPTS = 30;
const state = { good: false };

async function readTicket(): Promise<string> {
  if (values.tickets === undefined) return '';
  const desk = await TicketDesk.open(values.tickets);
  try {
    const { text, error } = await desk.call('get_ticket', { number: '8812' });
    if (text === null) throw new Error(`get_ticket: ${error ?? 'no text'}`);
    return text;
  } finally {
    await desk.close();
  }
}

async function ask(): Promise<string> {
  const ticket = await readTicket();
  const response = await fetch(new URL('/v1/chat/completions', values.model), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'demo-agent',
      messages: [{ role: 'user', content: `${ticket} Where is order 8812?`.trim() }],
    }),
    signal: AbortSignal.timeout(5000),
  });
  const body = await response.text();
  if (!response.ok || !body.includes('warehouse')) throw new Error(`status ${response.status}`);
  return `status ${response.status}${ticket === '' ? '' : ', with a ticket'}`;
}

async function turn(): Promise<void> {
  try {
    console.log(await ask());
    state.good = true;
  } catch (error) {
    state.good = false;
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    console.log(`no answer: ${error instanceof Error ? error.message : 'unknown'}${cause}`);
  }
}

if (values.once) {
  for (let attempt = 0; attempt < ATTEMPTS && !state.good; attempt += 1) {
    if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 1000));
    await turn();
  }
  process.exitCode = state.good ? 0 : 1;
} else {
  const server = createServer((_request, response) => response.end());
  const ready = (): void => {
    if (state.good && !server.listening) server.listen(Number(values.port), '0.0.0.0');
  };
  process.on('SIGTERM', () => process.exit(0));
  setInterval(() => void turn().then(ready), 1000);
}
