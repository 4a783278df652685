import type { BlockList } from 'node:net';

import type { Identity } from '../../exchange/caller.ts';
import type { Mode } from '../../exchange/verdict.ts';
import type { PublicJwk } from '../keys/callers/jwk.ts';

/** Who may call, and how callers are verified. */
export interface CompiledCallers {
  /** Anonymous callers are refused, on routes that are not excepted. */
  readonly require: boolean;
  /** Routes that anonymous callers may use in any case. */
  readonly excepts: (method: string, path: string) => boolean;
  readonly mode: Mode;
  /** Those of `callers.jwt`, and the cluster for `callers.serviceAccounts`. */
  readonly issuers: readonly CompiledIssuer[];
  /** Files with hashes of API keys. */
  readonly apiKeys: readonly CompiledKeyFile[];
  /** Null: no proxy of a mesh is believed. */
  readonly mesh: CompiledMesh | null;
  /** Names of headers that may hold a token, in lower case, each once. */
  readonly headers: readonly string[];
  /** Not a caller of the workload. Null: the cluster has none, or its keys are not known. */
  readonly console: CompiledConsole | null;
}

/** Who may ask the sidecar for its last exchanges. */
export interface CompiledConsole {
  /** Its audience is the pod's, which the policy does not know. */
  readonly issuer: Omit<CompiledIssuer, 'audience'>;
  /** `system:serviceaccount:NAMESPACE:NAME` */
  readonly subject: string;
}

/** An issuer of tokens. */
export interface CompiledIssuer {
  readonly via: Identity['via'];
  readonly issuer: string;
  /** At least one of them must be in `aud`. */
  readonly audience: readonly string[];
  readonly keys: IssuerKeys;
  readonly algorithms: readonly string[];
  /** Names from the top of the claims. */
  readonly subjectClaim: readonly string[];
  /** Null: its tokens tell no groups. */
  readonly groupsClaim: readonly string[] | null;
  readonly header: string;
  /** The model server gets the token. */
  readonly forward: boolean;
}

/** Public keys, or where the issuer serves them. */
export type IssuerKeys =
  | { readonly kind: 'listed'; readonly keys: readonly PublicJwk[] }
  | { readonly kind: 'fetched'; readonly url: string };

/** The issuer of tokens of service accounts, as the API server of the cluster names it, and its keys. */
export interface ClusterIssuer {
  readonly issuer: string;
  readonly keys: readonly PublicJwk[];
  /** Subject of the console's service account. Null or absent: the cluster has no console. */
  readonly console?: string | null;
}

/** Hashes of API keys that a file has. */
export interface CompiledKeyFile {
  /** In the folder of secrets. */
  readonly file: string;
  /** Names of headers, in lower case. */
  readonly headers: readonly string[];
  /** The model server gets the key. */
  readonly forward: boolean;
}

/** Proxies of a service mesh that say who the caller is. */
export interface CompiledMesh {
  /** Addresses from which they connect. */
  readonly peers: BlockList;
  readonly trustDomains: readonly string[];
}
