import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

/**
 * An agent that calls a model: again and again, ready while the last answer was good; or with `--once` until the first good answer, and
 * then it ends, as a Job does.
 */
const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'http://127.0.0.1:8000' },
    port: { type: 'string', default: '9000' },
    once: { type: 'boolean', default: false },
  },
});
const ATTEMPTS = 30;
let good = false;

async function ask(): Promise<string> {
  const response = await fetch(new URL('/v1/chat/completions', values.model), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'demo-agent',
      messages: [{ role: 'user', content: 'Where is order 8812?' }],
    }),
    signal: AbortSignal.timeout(5000),
  });
  const body = await response.text();
  if (!response.ok || !body.includes('warehouse')) throw new Error(`status ${response.status}`);
  return `status ${response.status}`;
}

async function turn(): Promise<void> {
  try {
    console.log(await ask());
    good = true;
  } catch (error) {
    good = false;
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    console.log(`no answer: ${error instanceof Error ? error.message : 'unknown'}${cause}`);
  }
}

if (values.once) {
  for (let attempt = 0; attempt < ATTEMPTS && !good; attempt += 1) {
    await turn();
    if (!good) await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  process.exitCode = good ? 0 : 1;
} else {
  createServer((_request, response) => {
    response.writeHead(good ? 200 : 503).end();
  }).listen(Number(values.port), '0.0.0.0');
  process.on('SIGTERM', () => process.exit(0));
  setInterval(() => void turn(), 1000);
}
