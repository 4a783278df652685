import type { ServerResponse } from 'node:http';

const cut = new WeakSet<ServerResponse>();

/** Cuts off a reply that its client does not read: for too long, or one of too many. */
export function cutUnread(res: ServerResponse): void {
  cut.add(res);
  res.destroy();
}

/** True if the reply was cut off for a slow reader; false if the client disconnected. */
export function wasCutUnread(res: ServerResponse): boolean {
  return cut.has(res);
}
