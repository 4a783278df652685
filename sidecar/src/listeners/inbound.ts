import { startServer } from './server.ts';
import type { HttpHandler, Listener, ServerOptions } from './server.ts';

export type { HttpHandler, Listener } from './server.ts';

export type InboundOptions = Omit<ServerOptions, 'onSocket'> & { readonly handler: HttpHandler };

/** One per model port: clients → model container. Rejects when the address cannot be bound. */
export function startInbound(options: InboundOptions): Promise<Listener> {
  return startServer(options);
}
