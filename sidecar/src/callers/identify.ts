import type { IncomingHttpHeaders } from 'node:http';

import type { Identity } from '../exchange/index.ts';
import type { CompiledCallers, CompiledIssuer, CompiledMesh } from '../policy/compile/compiled-callers.ts';
import type { CredentialFault } from './fault.ts';
import { MESH_HEADER, meshCaller } from './mesh.ts';
import { claimedIssuer, unreadable, verifyToken, type Verification } from './jwt.ts';

/** What the credentials of a request say. */
export interface Identified {
  /** Null: anonymous. */
  readonly identity: Identity | null;
  /** Why a credential that was given does not verify its caller; null if none was given for the boundary. */
  readonly fault: CredentialFault | null;
  /** Headers with credentials for the boundary, in lower case: the server does not get them. */
  readonly spent: readonly string[];
}

export const ANONYMOUS: Identified = { identity: null, fault: null, spent: [] };

/** Never rejects. */
export async function identify(
  { issuers, headers, mesh }: CompiledCallers,
  given: IncomingHttpHeaders,
  verification: Verification,
): Promise<Identified> {
  let first: Identified = ANONYMOUS;
  for (const header of headers) {
    const token = tokenIn(header, given[header]);
    if (token === null) continue;
    const found = await ofToken(
      token,
      header,
      issuers.filter((issuer) => issuer.header === header),
      verification,
    );
    const spent = [...first.spent, ...found.spent];
    if (found.identity !== null) return { ...found, spent };
    first = { identity: null, fault: first.fault ?? found.fault, spent };
  }
  // A caller whose token does not verify is not the workload that forwards it.
  return first.spent.length > 0 || mesh === null ? first : ofMesh(given, verification, mesh, first);
}

/** The header is no credential that could be used again: the server gets it as the proxy wrote it. */
function ofMesh(
  given: IncomingHttpHeaders,
  { address }: Verification,
  mesh: CompiledMesh,
  otherwise: Identified,
): Identified {
  const found = meshCaller(given[MESH_HEADER], address, mesh);
  if (found === null) return otherwise;
  return typeof found === 'string'
    ? { identity: null, fault: found, spent: [] }
    : { identity: found, fault: null, spent: [] };
}

async function ofToken(
  token: string,
  header: string,
  issuers: readonly CompiledIssuer[],
  verification: Verification,
): Promise<Identified> {
  // In `authorization` it may be the key of the model server, which is none of the boundary's business.
  const own = header === 'authorization' ? [] : [header];
  const claimed = claimedIssuer(token);
  if (claimed === null) return { identity: null, fault: unreadable(token), spent: own };
  let fault: CredentialFault | null = null;
  // The issuer of the cluster may be in `callers.jwt` too.
  for (const issuer of issuers.filter((each) => each.issuer === claimed)) {
    const verified = await verifyToken(token, issuer, verification);
    if (typeof verified !== 'string')
      return { identity: verified, fault: null, spent: issuer.forward ? [] : [header] };
    fault ??= verified;
  }
  if (fault === null) return { identity: null, fault: 'issuer', spent: own };
  return { identity: null, fault, spent: [header] };
}

/** A repeated header is joined by commas, which no token has. Null: there is none. */
function tokenIn(header: string, value: string | string[] | undefined): string | null {
  const text = Array.isArray(value) ? value.join(', ') : value;
  if (text === undefined || text === '') return null;
  const bearer = /^bearer +(.*)$/i.exec(text.trim())?.[1];
  return bearer ?? (header === 'authorization' ? null : text.trim());
}
