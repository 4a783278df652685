import type { ReplyHead } from '../../forward/transfer.ts';
import { redirectOf } from '../../http/head/redirect.ts';
import type { ExchangeContext, HttpExchange } from '../context/exchange-context.ts';

/**
 * Whether the upstream may redirect clients to another host. Outbound: if policy lists that host, since the next request is judged.
 * Inbound: never, since no sidecar guards that host. An observing policy allows all.
 */
export function mayRedirect({ policy, target }: ExchangeContext, host: string): boolean {
  return target.direction === 'outbound' && host !== '' && policy?.action.hosts.reaches(host) === true;
}

/** The head for the client; null if it redirects around the boundary. */
export function settleRedirect(exchange: HttpExchange, head: ReplyHead): ReplyHead | null {
  const locations = head.headers.filter(([name]) => name === 'location').map(([, value]) => value);
  if (locations.length === 0) return head;
  const own = [exchange.request.headers.host ?? '', new URL(exchange.target.origin).host];
  const redirect = redirectOf(head.status, locations, own);
  switch (redirect.kind) {
    case 'none':
      return head;
    case 'own':
      return {
        ...head,
        headers: head.headers.map((header) => moved(header, redirect.location)),
        rawHeaders: head.rawHeaders.map((header) => moved(header, redirect.location)),
      };
    case 'elsewhere':
      return mayRedirect(exchange, redirect.host ?? '') ? head : null;
    default:
      return redirect satisfies never;
  }
}

function moved([name, value]: readonly [string, string], location: string): readonly [string, string] {
  return [name, name.toLowerCase() === 'location' ? location : value];
}
