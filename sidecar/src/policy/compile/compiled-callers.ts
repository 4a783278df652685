import type { Mode } from '../../exchange/verdict.ts';
import type { PublicJwk } from '../keys/jwk.ts';

/** Who may call, and how callers are verified. */
export interface CompiledCallers {
  /** Anonymous callers are refused. */
  readonly require: boolean;
  readonly mode: Mode;
  /** By `iss`; each once. */
  readonly jwt: readonly CompiledIssuer[];
  /** Names of headers that may hold a credential, in lower case, each once. */
  readonly headers: readonly string[];
}

/** An issuer of tokens. */
export interface CompiledIssuer {
  readonly issuer: string;
  /** At least one of them must be in `aud`. */
  readonly audience: readonly string[];
  readonly keys: readonly PublicJwk[];
  readonly algorithms: readonly string[];
  /** Names from the top of the claims. */
  readonly subjectClaim: readonly string[];
  /** Null: its tokens tell no groups. */
  readonly groupsClaim: readonly string[] | null;
  readonly header: string;
  /** The model server gets the token. */
  readonly forward: boolean;
}
