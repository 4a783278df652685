import type { IncomingMessage, ServerResponse } from 'node:http';
import { isHook } from './probes/probe.ts';
import type { ProbeAnswer, ProbeRequest } from './probes/probe-answer.ts';
import { startServer, type Listener } from '../http/server.ts';
import type { ListenerLimits } from '../http/limits.ts';

export interface Readiness {
  readonly ready: boolean;
  /** Reasons for not being ready, one line each, without content. Empty if ready. */
  readonly reasons: readonly string[];
}

export interface AdminOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly limits: ListenerLimits;
  /** Until it resolves, only `/healthz` is answered; other requests wait. */
  readonly pages: Promise<AdminPages>;
}

/** What the rest of the process says of itself. */
export interface AdminPages {
  readonly readiness: () => Promise<Readiness>;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /** `/conditions`: what was measured of the four conditions, as JSON without content. */
  readonly conditions: () => object;
  /**
   * `/exchanges?limit=N`, with `&from=MS&to=MS` those of a time, or `?id=ID`: the last exchanges, as JSON without content, for the console only. `authorization`: the header.
   * Default: no such page.
   */
  readonly exchanges?: (
    authorization: string | undefined,
    query: URLSearchParams,
  ) => Promise<ExchangesAnswer>;
  /** `/canary/TOKEN`: 200 if the token is this process's. Default: no such page. */
  readonly canary?: (token: string) => boolean;
  /** `/probe/NAME`: checks a container for the kubelet. Null: no such probe. Default: no such page. */
  readonly probe?: (name: string, request: ProbeRequest) => Promise<ProbeAnswer> | null;
}

/** `unknown`: there is no such page. `refused`: not the console. `busy`: ask again. */
export type ExchangesAnswer = 'unknown' | 'refused' | 'busy' | object;

interface Page {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

const TEXT = 'text/plain; charset=utf-8';

/**
 * `/healthz`, `/readyz`, `/metrics`, `/conditions`, for GET and HEAD, all read-only. `/healthz`: the process runs. `/readyz`: it can serve; else 503. It listens
 * before the rest is loaded: a startup probe then waits for its answer, where a refused connection would be a Warning event of the pod.
 */
export function startAdmin(options: AdminOptions): Promise<Listener> {
  return startServer({
    listen: options.listen,
    limits: options.limits,
    handler: {
      request(req, res) {
        pageFor(req, res, options).then(
          (page) => {
            if (page === null) res.destroy();
            else send(req, res, page);
          },
          // Errors of a collector may contain names of files and hosts.
          () => send(req, res, { status: 500, type: TEXT, text: 'metrics cannot be collected\n' }),
        );
      },
      upgrade(_req, socket) {
        socket.destroy();
      },
    },
  });
}

/** Null: cut the connection. */
async function pageFor(
  req: IncomingMessage,
  res: ServerResponse,
  options: AdminOptions,
): Promise<Page | null> {
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    return { status: 405, type: TEXT, text: 'only GET and HEAD\n' };
  }
  const [path, query = ''] = (req.url ?? '').split('?', 2);
  switch (path) {
    case '/healthz':
      return { status: 200, type: TEXT, text: 'ok\n' };
    case '/readyz': {
      const { ready, reasons } = await (await options.pages).readiness();
      return { status: ready ? 200 : 503, type: TEXT, text: ready ? 'ok\n' : `${reasons.join('\n')}\n` };
    }
    case '/metrics': {
      const { contentType, text } = await (await options.pages).metrics();
      return { status: 200, type: contentType, text };
    }
    case '/conditions': {
      const { conditions } = await options.pages;
      return { status: 200, type: 'application/json', text: `${JSON.stringify(conditions())}\n` };
    }
    case '/exchanges': {
      const { exchanges } = await options.pages;
      const asked = exchanges?.(req.headers.authorization, new URLSearchParams(query));
      return exchangesPage((await asked) ?? 'unknown');
    }
    default:
      return extraPage(path ?? '', req, res, await options.pages);
  }
}

const UNKNOWN: Page = { status: 404, type: TEXT, text: 'one of /healthz, /readyz, /metrics, /conditions\n' };

function exchangesPage(answer: ExchangesAnswer): Page {
  if (typeof answer === 'object')
    return { status: 200, type: 'application/json', text: `${JSON.stringify(answer)}\n` };
  switch (answer) {
    case 'unknown':
      return UNKNOWN;
    case 'refused':
      return { status: 401, type: TEXT, text: 'only the console of the cluster may ask\n' };
    case 'busy':
      return { status: 503, type: TEXT, text: 'ask again\n' };
    default:
      return answer satisfies never;
  }
}

async function extraPage(
  path: string,
  req: IncomingMessage,
  res: ServerResponse,
  pages: AdminPages,
): Promise<Page | null> {
  const [, room, name] = /^\/(canary|probe)\/(.+)$/.exec(path) ?? [];
  if (name === undefined) return UNKNOWN;
  if (room === 'canary')
    return pages.canary?.(name) === true ? { status: 200, type: TEXT, text: 'arrived\n' } : UNKNOWN;
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  const asked = pages.probe?.(name, {
    headers: req.headers,
    port: req.socket.localPort ?? 0,
    signal: gone.signal,
  });
  if (asked === undefined || asked === null) return UNKNOWN;
  const answer = await asked;
  if (answer.kind === 'answered') {
    return { status: answer.status, type: TEXT, text: `the container answered ${answer.status}\n` };
  }
  return isHook(name) ? null : { status: 502, type: TEXT, text: 'the container was not reached\n' };
}

function send(req: IncomingMessage, res: ServerResponse, page: Page): void {
  if (res.destroyed) return;
  res.writeHead(page.status, {
    'content-type': page.type,
    'content-length': Buffer.byteLength(page.text),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    ...(page.status === 405 ? { allow: 'GET, HEAD' } : {}),
    ...(page.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  });
  res.end(req.method === 'HEAD' ? undefined : page.text);
}
