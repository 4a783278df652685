import type { ServerResponse } from 'node:http';

const cut = new WeakSet<ServerResponse>();

/** Ends a reply that its client does not read: too long, or beyond the share of such replies. */
export function cutUnread(res: ServerResponse): void {
  cut.add(res);
  res.destroy();
}

/** Whether the reply was cut because it stood unread, rather than left by its client. */
export function wasCutUnread(res: ServerResponse): boolean {
  return cut.has(res);
}
