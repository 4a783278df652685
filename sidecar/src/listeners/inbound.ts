import { startServer, type HttpHandler, type Listener, type ServerOptions } from '../http/server.ts';

export type { HttpHandler, Listener } from '../http/server.ts';

export type InboundOptions = Omit<ServerOptions, 'onSocket'> & { readonly handler: HttpHandler };

/** Listener for a model port: clients → model container. Rejects if the address cannot be bound. */
export function startInbound(options: InboundOptions): Promise<Listener> {
  return startServer(options);
}
