import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';

import { MAX_HEAD_BYTES, parseHeadRequest, type HeadRequest } from './head-request.ts';
import type { HeadAnswer } from './anchor.ts';
import type { ReportResult } from './notice-desk.ts';
import { parseNoticeRequest, type NoticeRequest } from './notice-request.ts';
import type { PodIdentity } from './registry.ts';
import type { Tokens, TokenVerdict } from './tokens.ts';

export interface HeadAppOptions {
  readonly tokens: Pick<Tokens, 'podOf'>;
  /** @throws if the fleet log cannot be written */
  readonly accept: (request: HeadRequest, pod: PodIdentity) => Promise<HeadAnswer>;
  /** Takes a report of refusals. */
  readonly report: (request: NoticeRequest, pod: PodIdentity) => ReportResult;
  /** A request was rejected before it was judged. */
  readonly turnedAway: (reason: string) => void;
  readonly reported: (result: ReportResult | 'malformed') => void;
  readonly onError: (error: unknown) => void;
  /** Time limit after which a request is dropped, so that a later one of the same sidecar cannot overtake it. */
  readonly requestMs: number;
}

const TOKEN_FAULTS: Readonly<Record<Extract<TokenVerdict, string>, readonly [status: number, text: string]>> =
  {
    no_token: [401, 'expected the bearer token of a pod, for the audience llm-boundary-anchor'],
    bad_token: [401, 'the token is not valid for the audience llm-boundary-anchor'],
    not_a_pod: [403, 'the token is not bound to a pod'],
    unavailable: [503, 'the API server does not answer; try again'],
  };

function fail(response: Response, status: number, error: string, message: string): void {
  if (response.headersSent || response.destroyed) return;
  if (status === 503 || status === 429) response.setHeader('retry-after', '2');
  response.status(status).json({ v: 1, error, message });
}

/** Two routes: `POST /v1/heads` and `POST /v1/notices`. Tokens are checked before a body is read. */
export function headApp(options: HeadAppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  const body = express.raw({ type: 'application/json', limit: MAX_HEAD_BYTES, inflate: false });
  const turn = (response: Response, status: number, reason: string, text: string): void => {
    options.turnedAway(reason);
    fail(response, status, reason, text);
  };
  const identify = async (request: Request, response: Response, next: () => void): Promise<void> => {
    response.locals['arrivedMs'] = performance.now();
    const verdict = await options.tokens.podOf(request.headers.authorization);
    if (typeof verdict === 'string') {
      turn(response, TOKEN_FAULTS[verdict][0], verdict, TOKEN_FAULTS[verdict][1]);
      return;
    }
    response.locals['pod'] = verdict;
    next();
  };
  app.post('/v1/notices', identify, body, (request: Request, response: Response): void => {
    const { pod } = response.locals as { readonly pod: PodIdentity };
    const bytes: unknown = request.body;
    const parsed = Buffer.isBuffer(bytes) ? parseNoticeRequest(bytes.toString('utf8')) : null;
    const result = parsed === null ? 'malformed' : options.report(parsed, pod);
    options.reported(result);
    if (result === 'malformed') fail(response, 400, result, 'expected a report of refusals as JSON');
    else if (result === 'too_often') fail(response, 429, result, 'one report in five seconds is enough');
    else response.json({ v: 1 });
  });
  app.post('/v1/heads', identify, body, async (request: Request, response: Response): Promise<void> => {
    const { pod, arrivedMs } = response.locals as { readonly pod: PodIdentity; readonly arrivedMs: number };
    const bytes: unknown = request.body;
    const parsed = Buffer.isBuffer(bytes) ? parseHeadRequest(bytes.toString('utf8')) : null;
    if (parsed === null) {
      turn(response, 400, 'malformed', 'expected a head as JSON');
      return;
    }
    // A client that has timed out may have sent the next head already.
    if (request.socket.destroyed || performance.now() - arrivedMs > options.requestMs) {
      turn(response, 503, 'late', 'not processed in time; try again');
      return;
    }
    const answer = await options.accept(parsed, pod);
    if (response.destroyed) return;
    if (answer.kind === 'refused') fail(response, answer.status, answer.reason, answer.text);
    else
      response.json({
        v: 1,
        size: answer.size,
        time: answer.timeMs,
        countersignature: answer.countersignature,
      });
  });
  app.use((_request: Request, response: Response) =>
    turn(response, 404, 'not_found', 'expected POST /v1/heads or /v1/notices'),
  );
  const onFault: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
    const status = statusOf(error);
    if (status >= 500) options.onError(error);
    const [reason, text] =
      status === 413
        ? ['too_large', `the body is larger than ${MAX_HEAD_BYTES} bytes`]
        : status < 500
          ? ['malformed', 'malformed request']
          : ['unavailable', 'the head could not be stored; try again'];
    turn(response, status < 500 ? status : 503, reason, text);
  };
  app.use(onFault);
  return app;
}

function statusOf(error: unknown): number {
  const status: unknown =
    typeof error === 'object' && error !== null && 'status' in error ? error.status : null;
  return typeof status === 'number' ? status : 500;
}
