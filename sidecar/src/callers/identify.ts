import type { IncomingHttpHeaders } from 'node:http';

import type { Identity } from '../exchange/index.ts';
import type {
  CompiledCallers,
  CompiledIssuer,
  CompiledKeyFile,
  CompiledMesh,
} from '../policy/compile/compiled-callers.ts';
import { hasApiKey, isForBoundary } from './api-key.ts';
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
  callers: CompiledCallers,
  given: IncomingHttpHeaders,
  verification: Verification,
): Promise<Identified> {
  const { apiKeys } = callers;
  if (apiKeys.length === 0) return verified(callers, given, verification, [], []);
  const keys = keysIn(given, apiKeys);
  const stray = strayIn(given, keys);
  const found = await verified(callers, given, verification, keys, stray);
  return { ...found, spent: [...new Set([...found.spent, ...stray])] };
}

async function verified(
  { issuers, headers, apiKeys, mesh }: CompiledCallers,
  given: IncomingHttpHeaders,
  verification: Verification,
  keys: readonly GivenKey[],
  stray: readonly string[],
): Promise<Identified> {
  const keyHeaders = new Set(keys.map(({ header }) => header));
  const others = headers.filter((header) => !keyHeaders.has(header));
  const found = await ofTokens(others, issuers, given, verification);
  // A caller whose credential does not verify is neither the one of another credential nor the workload that forwards it.
  const isSettled = found.identity !== null || found.spent.length > 0;
  if (isSettled) return { ...found, spent: [...found.spent, ...keyHeaders] };
  if (keys.length > 0) return ofKeys(keys, apiKeys, verification);
  if (stray.length > 0) return { identity: null, fault: 'misplaced_key', spent: stray };
  return mesh === null ? found : ofMesh(given, verification, mesh, found);
}

interface GivenKey {
  readonly header: string;
  readonly apiKey: string;
}

/** Credentials for the boundary in the headers that policy names. */
function keysIn(given: IncomingHttpHeaders, apiKeys: readonly CompiledKeyFile[]): readonly GivenKey[] {
  return [...new Set(apiKeys.flatMap(({ headers }) => headers))].flatMap((header) => {
    const apiKey = tokenIn(header, given[header]);
    return apiKey === null || !isForBoundary(apiKey) ? [] : [{ header, apiKey }];
  });
}

/** Headers with an API key in a form or place in which none is read: a slip of the caller must not give its key to the model server. */
function strayIn(given: IncomingHttpHeaders, keys: readonly GivenKey[]): readonly string[] {
  return Object.entries(given).flatMap(([header, value]) => {
    const text = Array.isArray(value) ? value.join(', ') : (value ?? '');
    const basic = Buffer.from(/^basic +(.*)$/i.exec(text)?.[1] ?? '', 'base64').toString();
    const isStray = hasApiKey(text) || hasApiKey(basic);
    return isStray && !keys.some((key) => key.header === header) ? [header] : [];
  });
}

/** Two headers may repeat one key, since SDKs do. */
async function ofKeys(
  keys: readonly GivenKey[],
  files: readonly CompiledKeyFile[],
  { keySource, nowMs }: Verification,
): Promise<Identified> {
  const spent = keys.map(({ header }) => header);
  const refused = (fault: CredentialFault): Identified => ({ identity: null, fault, spent });
  if (new Set(keys.map(({ apiKey }) => apiKey)).size > 1) return refused('several_keys');
  let fault: CredentialFault = 'unknown_key';
  for (const { file, headers, forward } of files) {
    const apiKey = keys.find(({ header }) => headers.includes(header))?.apiKey;
    if (apiKey === undefined) continue;
    const listed = await keySource.files.at(file);
    const found = listed?.identityOf(apiKey, nowMs) ?? null;
    if (listed === null) fault = 'key_file';
    if (found === 'key_expired') return refused(found);
    if (found !== null) return { identity: found, fault: null, spent: forward ? [] : spent };
  }
  return refused(fault);
}

async function ofTokens(
  headers: readonly string[],
  issuers: readonly CompiledIssuer[],
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
  return first;
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
