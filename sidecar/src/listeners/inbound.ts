import { startServer } from '../http/server.ts';
import type { HttpHandler, Listener, ServerOptions } from '../http/server.ts';

export type { HttpHandler, Listener } from '../http/server.ts';

export type InboundOptions = Omit<ServerOptions, 'onSocket'> & { readonly handler: HttpHandler };

/** One per model port: clients → model container. Rejects when the address cannot be bound. */
export function startInbound(options: InboundOptions): Promise<Listener> {
  return startServer(options);
}
