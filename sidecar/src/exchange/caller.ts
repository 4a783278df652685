/** Who a request is from. Never taken from what a caller can write without proof. */
export interface Caller {
  /** Address of the connection; empty if it is gone, or for an exchange from a file. */
  readonly address: string;
  /** Null: anonymous. */
  readonly identity: Identity | null;
}

/** Distinguishes callers: by what was verified, else by address. Not for publication. */
export function callerKey({ address, identity }: Caller): string {
  return identity === null
    ? `address ${address}`
    : `subject ${JSON.stringify([identity.issuer, identity.subject])}`;
}

/** What a verified credential says about the one who has it. */
export interface Identity {
  /** How it was verified. */
  readonly via: 'jwt' | 'service-account' | 'api-key' | 'mesh';
  /** Who vouches for it. */
  readonly issuer: string;
  /** Unique for the issuer. */
  readonly subject: string;
  /** Null: the credential does not tell. That is not the same as none. */
  readonly groups: readonly string[] | null;
  /** All claims, as the issuer wrote them. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Who acts for the subject (RFC 8693 §4.1); null where no party does. */
  readonly actor: Actor | null;
}

/** A party that acts for a subject, and the one that it was asked by before. */
export interface Actor {
  readonly subject: string;
  /** Null: that of the credential. */
  readonly issuer: string | null;
  readonly actor: Actor | null;
}
