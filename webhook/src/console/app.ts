import { exampleTraffic } from '@llm-boundary/sidecar/lab';
import express, {
  type ErrorRequestHandler,
  type Express,
  type NextFunction,
  type Request,
  type Response,
} from 'express';

import type { LabExamples } from './api-policies.ts';
import { CONSOLE_HEADER, type ApiProblem, type Session } from './api.ts';
import { NotAllowed, type Answers } from './answers.ts';
import { sendJson } from './files/coding.ts';
import { PageFiles } from './files/page-files.ts';
import type { Run } from './run.ts';
import type { Sight, Sights } from './sight/sight.ts';
import { Unreviewed } from './sight/unreviewed.ts';
import type { DecisionFilter } from './workload.ts';

export interface ConsoleAppOptions {
  /** Null: there is no login, and all of it is shown: the demo. */
  readonly sights: Sights | null;
  readonly answers: Answers;
  readonly version: string;
  /** Folder of the page. */
  readonly page: string;
  readonly onError: (error: unknown) => void;
  /** Null: ready. */
  readonly readiness: () => string | null;
  /** Further routes behind the same checks, by path: `/api/demo`. Null: bad request. Default: none. */
  readonly posts?: Readonly<Record<string, (body: unknown) => Promise<object | null>>>;
}

const COOKIE = 'llm-boundary-console';
const MAX_BODY_BYTES = 2 * 2 ** 20;
const RETRY_SECONDS = 5;

const STATUS: Readonly<Record<ApiProblem['error'], number>> = {
  ...{ no_session: 401, bad_token: 401, bad_request: 400, not_found: 404, too_large: 413, too_often: 429 },
  ...{ not_allowed: 403, unavailable: 503, internal: 500 },
};

const CSP = [
  "default-src 'none'",
  ...[
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
  ],
  ...[
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ],
].join('; ');

function fail(response: Response, error: ApiProblem['error'], message: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (error === 'too_often') response.setHeader('retry-after', RETRY_SECONDS);
  response.status(STATUS[error]).json({ v: 1, error, message } satisfies ApiProblem);
}

function sessionIn(request: Request): string | null {
  const found = new RegExp(`(?:^|; )${COOKIE}=([\\w-]{43})(?:;|$)`).exec(request.headers.cookie ?? '');
  return found?.[1] ?? null;
}

/** Secure wherever the browser came by TLS, which an Ingress says. */
function cookie(request: Request, value: string, ageSeconds: number): string {
  const secure = request.headers['x-forwarded-proto'] === 'https' ? '; Secure' : '';
  return `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${ageSeconds}${secure}`;
}

function heads(_request: Request, response: Response, next: NextFunction): void {
  response.set({
    'content-security-policy': CSP,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  });
  next();
}

/** A page of another origin cannot send this header without a preflight, which is not answered. */
function ownPage(request: Request, response: Response, next: NextFunction): void {
  if (request.headers[CONSOLE_HEADER] === '1') next();
  else fail(response, 'bad_request', `expected the header ${CONSOLE_HEADER}: 1`);
}

/** The page and the API of the console. */
export function consoleApp(options: ConsoleAppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.enable('case sensitive routing');
  app.get('/healthz', (_request, response) => void response.type('text/plain').send('ok\n'));
  app.get('/readyz', (_request, response) => {
    const reason = options.readiness();
    response
      .status(reason === null ? 200 : 503)
      .type('text/plain')
      .send(`${reason ?? 'ok'}\n`);
  });
  app.use(heads);
  const body = express.json({ limit: MAX_BODY_BYTES, inflate: false, strict: true });
  app.post(['/login', '/logout'], ownPage, body);
  app.post('/login', (request, response) => login(request, response, options));
  app.post('/logout', (request, response) => {
    const session = sessionIn(request);
    if (session !== null) options.sights?.logout(session);
    response.setHeader('set-cookie', cookie(request, '', 0));
    response.status(204).end();
  });
  app.use('/api', (request, response, next) => admit(request, response, next, options));
  app.post('/api/*path', ownPage, body);
  routes(app, options);
  app.use('/api', (_request, response) => fail(response, 'not_found', 'there is no such page'));
  const files = new PageFiles(options.page);
  app.use((request, response) => {
    if (!files.send(request, response)) fail(response, 'not_found', 'there is no such page');
  });
  const onFault: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
    const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : 500;
    if (error instanceof NotAllowed) fail(response, 'not_allowed', error.message);
    else if (status === 413) fail(response, 'too_large', `the body is larger than ${MAX_BODY_BYTES} bytes`);
    else if (typeof status === 'number' && status >= 400 && status < 500)
      fail(response, 'bad_request', 'the request cannot be read');
    else {
      options.onError(error);
      fail(response, ...reasonOf(error));
    }
  };
  app.use(onFault);
  return app;
}

async function login(
  request: Request,
  response: Response,
  { sights, onError }: ConsoleAppOptions,
): Promise<void> {
  const given: unknown = request.body;
  const token = typeof given === 'object' && given !== null && 'token' in given ? given.token : null;
  if (sights === null || typeof token !== 'string') {
    fail(response, 'bad_request', 'expected a token');
    return;
  }
  try {
    const answer = await sights.login(token.trim());
    switch (answer.kind) {
      case 'too_often':
        fail(response, 'too_often', 'too many tokens at once; try again');
        return;
      case 'bad_token':
        fail(response, 'bad_token', 'the API server does not accept this token');
        return;
      case 'session':
        response.setHeader('set-cookie', cookie(request, answer.id, 8 * 60 * 60));
        response.status(204).end();
        return;
      default:
        answer satisfies never;
    }
  } catch (error) {
    onError(error);
    fail(response, ...reasonOf(error));
  }
}

/** What the user is told of a fault. */
function reasonOf(error: unknown): readonly [error: ApiProblem['error'], message: string] {
  return error instanceof Unreviewed
    ? ['unavailable', error.message]
    : ['internal', 'the console failed; its log says why'];
}

async function admit(
  request: Request,
  response: Response,
  next: NextFunction,
  { sights, onError }: ConsoleAppOptions,
): Promise<void> {
  let sight: Sight | null;
  try {
    sight = await sightOf(request, sights);
  } catch (error) {
    onError(error);
    fail(response, ...reasonOf(error));
    return;
  }
  if (sight === null) fail(response, 'no_session', 'log in with a token of the cluster');
  else {
    response.locals['sight'] = sight;
    next();
  }
}

function sightOf(request: Request, sights: Sights | null): Promise<Sight | null> {
  return sights === null
    ? Promise.resolve(EVERYTHING)
    : sights.of(request.headers.authorization, sessionIn(request));
}

const EVERYTHING: Sight = {
  user: { username: '', uid: null, groups: [], extra: {} },
  sees: () => Promise.resolve(true),
  seesNamed: () => Promise.resolve(true),
};

const EXAMPLES: LabExamples = {
  v: 1,
  examples: exampleTraffic().map(({ dialect, traffic }) => ({
    ...{ dialect, traffic: JSON.stringify(traffic, null, 2) },
  })),
};

/** The answer, or why there is none. */
async function sendRun(request: Request, response: Response, run: Run<object>): Promise<void> {
  if (run.kind === 'answered') await sendJson(request, response, run.answer);
  else fail(response, run.error, run.message);
}

type Route = (sight: Sight, request: Request) => Promise<object | null>;

function filterIn(query: Request['query']): DecisionFilter {
  const { limit, show, from, to } = query;
  const ms = (value: unknown, absent: number): number =>
    typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : absent;
  return {
    limit: ms(limit, 200),
    show: show === 'changed' || show === 'observed' ? show : 'all',
    ...{ fromMs: ms(from, -Infinity), toMs: ms(to, Infinity) },
  };
}

function routes(app: Express, { answers, sights, version, posts = {} }: ConsoleAppOptions): void {
  const answer =
    (route: Route, missing: ApiProblem['error']) =>
    async (request: Request, response: Response): Promise<void> => {
      const found = await route(response.locals['sight'] as Sight, request);
      if (found !== null) await sendJson(request, response, found);
      else if (missing === 'not_found') fail(response, missing, 'it does not exist, or you may not see it');
      else fail(response, missing, 'the request cannot be read');
    };
  const get = (path: string, route: Route): void => void app.get(path, answer(route, 'not_found'));
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  const param = (request: Request, name: string): string => text(request.params[name]) ?? '';
  const workload = (request: Request): { namespace: string; kind: string; name: string } => ({
    namespace: param(request, 'namespace'),
    kind: param(request, 'kind'),
    name: param(request, 'name'),
  });
  get('/api/session', (sight) =>
    Promise.resolve({
      ...{ v: 1, version, source: answers.kind },
      user: sights === null ? null : sight.user.username,
    } satisfies Session),
  );
  get('/api/fleet', (sight) => answers.fleet(sight));
  get('/api/audit', (sight) => answers.audit(sight));
  get('/api/policies', (sight) => answers.policies(sight));
  get('/api/policies/:name', (sight, request) => {
    const asked = text(request.query['asked']);
    return answers.policy(sight, {
      name: param(request, 'name'),
      namespace: text(request.query['namespace']) ?? '',
      asked: asked === 'observe' || asked === 'enforce' ? asked : null,
    });
  });
  get('/api/workloads/:namespace/:kind/:name', (sight, request) =>
    answers.workload(sight, workload(request)),
  );
  get('/api/workloads/:namespace/:kind/:name/history', (sight, request) =>
    answers.history(sight, workload(request)),
  );
  get('/api/workloads/:namespace/:kind/:name/decisions', (sight, request) =>
    answers.decisions(sight, workload(request), filterIn(request.query)),
  );
  app.get('/api/decisions', async (request, response) => {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const run = await answers.search(
      response.locals['sight'] as Sight,
      { ...filterIn(request.query), namespace: text(request.query['namespace']) },
      gone.signal,
    );
    await sendRun(request, response, run);
  });
  get('/api/decisions/:id', (sight, request) =>
    answers.decision(sight, {
      id: param(request, 'id'),
      namespace: text(request.query['namespace']),
      pod: text(request.query['pod']),
    }),
  );
  get('/api/lab/examples', () => Promise.resolve(EXAMPLES));
  app.post('/api/lab', async (request, response) => {
    const run = await answers.lab(response.locals['sight'] as Sight, request.body);
    await sendRun(request, response, run);
  });
  for (const [path, post] of Object.entries(posts))
    app.post(
      path,
      answer((_, request) => post(request.body), 'bad_request'),
    );
}
