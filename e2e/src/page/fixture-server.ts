import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { CONSOLE_HEADER, type ApiProblem, type Fleet, type Session } from '@llm-boundary/webhook/console/api';
import type { Decisions } from '@llm-boundary/webhook/console/api-decisions';

import type { FleetDecisions } from '@llm-boundary/webhook/console/api-search';

import { fleet } from './fixture/fleet.ts';
import { AUDIT, DEMO, EXAMPLES, labAnswer, POLICIES, POLICY } from './fixture/policies.ts';
import { DECISION, DECISIONS, HISTORY, WORKLOAD } from './fixture/workload.ts';

const PAGE = fileURLToPath(new URL('../../../webhook/dist/page/', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};
/** As strict as a page can have it: what needs more fails its test. */
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/** What the server answers; tests change it while it runs. */
interface Fixture {
  source: Session['source'];
  isSignedIn: boolean;
  fleet: Fleet;
  /** Answers of paths in place of their own: an empty list, a failure. */
  readonly instead: Map<string, { readonly status: number; readonly body: object }>;
}

export const TOKEN = 'a-token-that-is-accepted';

export interface FixtureServer {
  readonly origin: string;
  readonly fixture: Fixture;
  readonly stop: () => Promise<void>;
}

/** Serves the built page, with data of the API's types. */
export async function startFixtureServer(): Promise<FixtureServer> {
  const fixture: Fixture = { source: 'cluster', isSignedIn: true, fleet: fleet(), instead: new Map() };
  const server = createServer((request, response) => {
    response.setHeader('content-security-policy', CSP);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://console');
    const path = pathname.slice(1);
    if (request.method === 'POST') void answerPost(fixture, path, request, response);
    else if (path.startsWith('api/')) answerGet(fixture, path, searchParams, response);
    else serveFile(path === '' ? 'index.html' : path, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    fixture,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, error: ApiProblem['error'], message: string): void {
  send(response, status, { v: 1, error, message } satisfies ApiProblem);
}

function serveFile(name: string, response: ServerResponse): void {
  try {
    const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'text/plain; charset=utf-8';
    response.writeHead(200, { 'content-type': type }).end(readFileSync(PAGE + name));
  } catch {
    response.writeHead(404).end();
  }
}

function bodyOf(fixture: Fixture, path: string): object | null {
  switch (path) {
    case 'api/session':
      return {
        v: 1,
        user: fixture.source === 'demo' ? null : 'system:serviceaccount:support:viewer',
        version: '0.1.0',
        source: fixture.source,
      } satisfies Session;
    case 'api/fleet':
      return fixture.fleet;
    case 'api/policies':
      return POLICIES;
    case 'api/audit':
      return AUDIT;
    case 'api/lab/examples':
      return EXAMPLES;
    default:
      if (path.endsWith('/history')) return HISTORY;
      if (path.startsWith('api/workloads/')) return WORKLOAD;
      if (path.startsWith('api/decisions/')) return DECISION;
      return path.startsWith('api/policies/') ? POLICY : null;
  }
}

function decisionsOf(query: URLSearchParams): Decisions {
  const [from, to] = [Number(query.get('from') ?? 0), Number(query.get('to') ?? Infinity)];
  const exchanges = DECISIONS.exchanges.filter(
    ({ startMs, verdict, observed }) =>
      startMs >= from &&
      startMs <= to &&
      (query.get('show') !== 'changed' || verdict === 'block' || verdict === 'redact') &&
      (query.get('show') !== 'observed' || observed),
  );
  return { ...DECISIONS, exchanges, matching: exchanges.length };
}

/** As if they had been made within the minute that is asked for. */
function searched(query: URLSearchParams): FleetDecisions {
  const fromMs = Number(query.get('from'));
  const { nowMs, exchanges } = decisionsOf(new URLSearchParams({ show: query.get('show') ?? 'all' }));
  const found = exchanges.map((row, at) => ({
    ...row,
    startMs: fromMs + 59_000 - at * 1_000,
    namespace: 'support',
    workload: { kind: 'Deployment', name: 'support-agent' },
  }));
  const reach = { sidecars: 41, asked: 40, answered: 38, forgot: 1, younger: 1, unguarded: 2 };
  const problems = [
    { namespace: 'batch', pod: 'nightly-0', problem: 'its sidecar did not answer: timed out' },
    { namespace: 'batch', pod: 'nightly-1', problem: 'its sidecar did not answer: timed out' },
  ];
  return { v: 1, nowMs, exchanges: found, matching: found.length, reach, problems };
}

function answerGet(fixture: Fixture, path: string, query: URLSearchParams, response: ServerResponse): void {
  const instead = fixture.instead.get(path);
  if (!fixture.isSignedIn) refuse(response, 401, 'no_session', 'Sign in first.');
  else if (instead !== undefined) send(response, instead.status, instead.body);
  else {
    const body =
      path === 'api/decisions'
        ? searched(query)
        : path.endsWith('/decisions')
          ? decisionsOf(query)
          : bodyOf(fixture, path);
    if (body === null) refuse(response, 404, 'not_found', 'There is no such thing.');
    else send(response, 200, body);
  }
}

async function answerPost(
  fixture: Fixture,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = JSON.parse(await text(request)) as {
    token?: string;
    policy?: string;
    traffic?: string | null;
  };
  if (request.headers[CONSOLE_HEADER] !== '1') refuse(response, 400, 'bad_request', 'The header is missing.');
  else if (path === 'login' && body.token !== TOKEN)
    refuse(response, 401, 'bad_token', 'The API server does not accept this token.');
  else if (path === 'login' || path === 'logout') {
    fixture.isSignedIn = path === 'login';
    response.writeHead(204).end();
  } else if (path === 'api/lab') send(response, 200, labAnswer(body.policy ?? '', body.traffic ?? ''));
  else if (path === 'api/demo') send(response, 200, DEMO);
  else refuse(response, 404, 'not_found', 'There is no such thing.');
}
