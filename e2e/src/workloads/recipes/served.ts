import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/** An answer: its body as JSON, status 200 unless it says another. */
export interface Served {
  readonly status?: number;
  readonly body: unknown;
}

/** Answers requests by method and path, without the query; null: 404. A thrown error is 500 with its message. */
export function serving(answer: (route: string, body: string) => Promise<Served | null>): RequestListener {
  const send = (response: ServerResponse, { status = 200, body }: Served): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const handle = async (request: IncomingMessage): Promise<Served> => {
    const [path = '/'] = (request.url ?? '/').split('?', 1);
    try {
      const served = await answer(`${request.method ?? 'GET'} ${path}`, await text(request));
      return served ?? { status: 404, body: { error: { message: `nothing at ${path}` } } };
    } catch (error) {
      return {
        status: 500,
        body: { error: { message: error instanceof Error ? error.message : 'unknown' } },
      };
    }
  };
  return (request, response) => {
    void handle(request).then((served) => send(response, served));
  };
}

/** Ends as a container should. */
export function untilTerminated(): void {
  process.on('SIGTERM', () => process.exit(0));
  setInterval(() => undefined, 1e6);
}
