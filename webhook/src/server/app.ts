import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';

import {
  parseReview,
  renderReview,
  type AdmissionRequest,
  type Decision,
} from '../admission/admission-review.ts';
import { requestedTimeoutMs, within } from './deadline.ts';
import type { WebhookMetrics } from '../telemetry/metrics.ts';

/** Largest AdmissionReview. The API server accepts objects of 3 MiB, and a review can hold two of them. */
export const MAX_BODY_BYTES = 8 * 2 ** 20;

/** Decides on one request; must not throw for any request. */
export type Webhook = (request: AdmissionRequest) => Decision | Promise<Decision>;

export interface AppOptions {
  /** By path: `/mutate`. */
  readonly webhooks: Readonly<Record<string, Webhook>>;
  readonly metrics: WebhookMetrics;
  /** Time limit of one request, its body included. A shorter timeout of the API server takes precedence. */
  readonly requestMs: number;
  /** An internal error; the request gets a 500, which failurePolicy Fail turns into a refusal. */
  readonly onError: (error: unknown) => void;
}

function status(error: unknown): number {
  return typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number'
    ? error.status
    : 500;
}

function fail(response: Response, code: number, message: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.status(code).type('text/plain').send(`${message}\n`);
}

/** Decodes strictly. Null: not UTF-8. */
function utf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Arrival time of each request's head. */
const arrivals = new WeakMap<Request, number>();

function arrive(request: Request, _response: Response, next: () => void): void {
  arrivals.set(request, performance.now());
  next();
}

function answer(name: string, webhook: Webhook, { metrics, requestMs }: AppOptions) {
  return async (request: Request, response: Response): Promise<void> => {
    const started = performance.now();
    const budget = Math.min(requestMs, requestedTimeoutMs(request.query['timeout']) ?? requestMs);
    const end = (arrivals.get(request) ?? started) + budget;
    const body: unknown = request.body;
    if (!Buffer.isBuffer(body)) {
      metrics.decided(name, 'error', 'content_type');
      fail(response, 415, 'expected a body of content type application/json');
      return;
    }
    const text = utf8(body);
    const parsed =
      text === null ? ({ ok: false, problem: 'the body is not UTF-8' } as const) : parseReview(text);
    if (!parsed.ok) {
      metrics.decided(name, 'error', 'malformed');
      fail(response, 400, parsed.problem);
      return;
    }
    const decision = await within(webhook(parsed.request), end - performance.now());
    // Past the deadline the API server has given up; a late answer must be a refusal.
    if (decision === null || performance.now() > end) {
      metrics.decided(name, 'error', 'deadline');
      fail(response, 503, `not decided within ${Math.round(budget)} ms`);
      return;
    }
    response.json(renderReview(parsed.request.uid, decision));
    metrics.took(name, (performance.now() - started) / 1000);
  };
}

/** The admission routes only. Bodies are read whole, up to {@link MAX_BODY_BYTES}, without decompression. */
export function admissionApp(options: AppOptions): Express {
  const { webhooks, metrics, onError } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  const body = express.raw({ type: 'application/json', limit: MAX_BODY_BYTES, inflate: false });
  for (const [path, webhook] of Object.entries(webhooks)) {
    app.post(path, arrive, body, answer(path.slice(1), webhook, options));
    app.all(path, (_request, response) => {
      response.setHeader('allow', 'POST');
      fail(response, 405, 'expected POST');
    });
  }
  app.use((_request: Request, response: Response) => fail(response, 404, 'no such webhook'));
  const onFault: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
    const code = status(error);
    metrics.decided('unknown', 'error', code === 413 ? 'too_large' : code < 500 ? 'malformed' : 'internal');
    if (code >= 500) onError(error);
    fail(
      response,
      code,
      code === 413
        ? `the body is larger than ${MAX_BODY_BYTES} bytes`
        : code < 500
          ? 'malformed request'
          : 'internal error',
    );
  };
  app.use(onFault);
  return app;
}

/** A reason for not being ready; null: ready. */
export type Readiness = () => Promise<string | null>;

/** `/healthz`, `/readyz` and `/metrics`, all read-only. */
export function adminApp(metrics: Pick<WebhookMetrics, 'registry'>, readiness: Readiness): Express {
  const app = express();
  app.disable('x-powered-by');
  app.get('/healthz', (_request, response) => {
    response.type('text/plain').send('ok\n');
  });
  app.get('/readyz', async (_request, response) => {
    const reason = await readiness();
    response
      .status(reason === null ? 200 : 503)
      .type('text/plain')
      .send(reason === null ? 'ok\n' : `not ready: ${reason}\n`);
  });
  app.get('/metrics', async (_request, response) => {
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  return app;
}
