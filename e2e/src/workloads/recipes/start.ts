import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';

import { servePostgres } from './postgres.ts';
import { untilTerminated } from './served.ts';

/**
 * Entry point of the image that stands in for those of the cookbook (docs/guide/recipes): which program it is, it knows by its arguments
 * and by the name of its pod. Redis alone is the real one.
 */
/** Made after the compiler has run, by bundle.ts. */
const BUNDLE = new URL('kubernetes-mcp.bundle.js', import.meta.url).href;
const [first = ''] = process.argv.slice(2);

function redisServer(): void {
  const server = spawn('/usr/bin/redis-server', ['--save', '', '--protected-mode', 'no'], {
    stdio: 'inherit',
  });
  process.on('SIGTERM', () => server.kill());
  server.on('exit', (status) => process.exit(status ?? 1));
}

function ollamaServer(): Promise<unknown> {
  // In place of the command of the image that this one is made from.
  process.argv.splice(2, Infinity, 'serve');
  return import('../ollama.ts');
}

function weights(): void {
  writeFileSync('/mnt/models/config.json', '{}');
}

const STARTS: readonly (readonly [name: RegExp, start: () => unknown])[] = [
  [/^ollama-/, ollamaServer],
  [/^rag-bot-/, () => import('./rag-bot.ts')],
  [/^qdrant-/, () => import('./qdrant.ts')],
  [/^desk-/, () => import('./desk.ts')],
  [/^postgres-/, () => servePostgres(process.env['POSTGRES_PASSWORD'] ?? '')],
  [/^redis-/, redisServer],
  // It waits for tasks: kubectl exec … -- node /app/workloads/recipes/ops-agent.bundle.js TASK
  [/^ops-agent-/, untilTerminated],
  [/^kubernetes-mcp-/, () => import(BUNDLE)],
  [/^llama3-predictor-/, () => (first.startsWith('hf://') ? weights() : import('./model-server.ts'))],
  [/^fix-/, () => import('./git.ts')],
];

const start = STARTS.find(([name]) => name.test(hostname()))?.[1];
if (start === undefined) throw new Error(`there is no program for ${hostname()}`);
await start();
