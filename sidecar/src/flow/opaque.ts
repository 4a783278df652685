import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { permit } from '../controls/index.ts';
import { fallbackDialect } from '../dialects/index.ts';
import type { Boundary, Target } from './boundary.ts';
import { recordAndRefuse } from './refuse.ts';
import { Session, type Outcome } from './session.ts';

const PASS: Outcome = { verdict: 'pass', code: null, status: null, hits: [] };
const ALLOWED = { kind: 'allow', hits: [] } as const;

/** A route that policy lists as carrying no prompt: recorded, then forwarded as it is. */
export async function exchangeOpaque(session: Session): Promise<void> {
  const { boundary, request, response, target } = session;
  let recorded;
  try {
    recorded = await session.record(permit({ origin: target.origin }, ALLOWED), 'ingress', PASS);
  } catch {
    boundary.telemetry.auditError();
    return recordAndRefuse(session, fallbackDialect, 'close', session.refusal('audit_unavailable'), {
      unrecorded: true,
    });
  }
  response.once('close', () =>
    session.end(response.writableFinished ? 'completed' : 'client_aborted', response.statusCode),
  );
  boundary.opaque.web(request, response, recorded);
}
