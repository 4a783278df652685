import { startServer, type HttpHandler, type Listener, type ServerOptions } from '../http/server.ts';

export type { HttpHandler, Listener } from '../http/server.ts';

export type InboundOptions = Omit<ServerOptions, 'onSocket'> & { readonly handler: HttpHandler };

/** One per model port: clients → model container. Rejects when the address cannot be bound. */
export function startInbound(options: InboundOptions): Promise<Listener> {
  return startServer(options);
}
