import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';

/**
 * Stands in for Ollama's program where its image cannot be pulled: `ollama serve`, `list` and `pull NAME`, with the part of its API that
 * a client of OpenAI's needs. Models are names in a file below `/root/.ollama`; a model that was not pulled is not found.
 */
const MODELS = '/root/.ollama/models/pulled.json';
const [host = '127.0.0.1', port = '11434'] = (process.env['OLLAMA_HOST'] ?? '').split(':').filter(Boolean);

function pulled(): readonly string[] {
  try {
    return JSON.parse(readFileSync(MODELS, 'utf8')) as readonly string[];
  } catch {
    return [];
  }
}

interface Asked {
  readonly model: string;
  readonly messages?: readonly { readonly content: string }[];
}

function answer(path: string, body: string): object | null {
  if (path === '/api/tags') return { models: pulled().map((name) => ({ name })) };
  const { model, messages = [] } = JSON.parse(body === '' ? '{"model":""}' : body) as Asked;
  if (path === '/api/pull') {
    mkdirSync(dirname(MODELS), { recursive: true });
    writeFileSync(MODELS, JSON.stringify([...new Set([...pulled(), model])]));
    return { status: 'success' };
  }
  if (path !== '/v1/chat/completions' || !pulled().includes(model)) return null;
  const message = {
    role: 'assistant',
    content: `You said ${messages.at(-1)?.content.length ?? 0} characters.`,
  };
  return {
    ...{ id: 'chatcmpl-1', object: 'chat.completion', created: 1, model },
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage: { prompt_tokens: 8, completion_tokens: 8, total_tokens: 16 },
  };
}

function serve(): void {
  const server = createServer((request, response) => {
    text(request).then(
      (body) => {
        if (request.url === '/') {
          response.end('Ollama is running');
          return;
        }
        const found = answer(request.url ?? '', body);
        response.writeHead(found === null ? 404 : 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(found ?? { error: { message: 'not found', type: 'api_error' } }));
      },
      () => response.destroy(),
    );
  });
  process.on('SIGTERM', () => process.exit());
  server.listen(Number(port), host);
}

async function ask(path: string, body: object | null): Promise<void> {
  const options = body === null ? {} : { method: 'POST', body: JSON.stringify(body) };
  const reply = await fetch(`http://${host}:${port}${path}`, options);
  process.stdout.write(`${await reply.text()}\n`);
  if (!reply.ok) process.exitCode = 1;
}

const [command, name = ''] = process.argv.slice(2);
if (command === 'serve') serve();
else if (command === 'list') await ask('/api/tags', null);
else if (command === 'pull') await ask('/api/pull', { model: name });
else throw new Error(`ollama ${command ?? ''}: this stand-in knows serve, list and pull`);
