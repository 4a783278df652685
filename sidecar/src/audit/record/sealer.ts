import type { SealedBody } from '../../exchange/index.ts';
import type { JsonObject } from './canonical.ts';

/** Beside the files of the record. */
export const SEALED_FOLDER = 'sealed';
/** `SHA256.age`: named by its own bytes, so that `sha256sum` checks it, `age -d` opens it and `rm` erases it. */
export const SEALED_NAME = /^[0-9a-f]{64}\.age$/;

export const SEALED_PARTS = ['request', 'request_sent', 'response', 'response_sent'] as const;
export type SealedPart = (typeof SEALED_PARTS)[number];

/** What a policy says of bodies that are kept. */
export interface SealTerms {
  /** Recipients of age (`age1…`); at least one. */
  readonly recipients: readonly string[];
  /** From 0 to 1. */
  readonly sample: number;
  /** Of a longer body only this much is kept. */
  readonly bodyBytes: number;
  /** What all of them may take together. */
  readonly folderBytes: number;
}

/** A body on its way to being kept, encrypted as it comes. */
export interface OpenSeal {
  write(bytes: Uint8Array): void;
  /** More waits to be encrypted than should: pause until `drained`. */
  readonly isFull: boolean;
  /** Resolves when all of it is durable; null for a body without a byte. Call once. @throws AuditUnavailable */
  finish(): Promise<SealedBody | null>;
  /** Keeps nothing of it. No effect after `finish`. */
  abandon(): void;
}

/** Keeps bodies encrypted, so that only the holder of an identity opens them: this process cannot. */
export interface Sealer {
  /** `drained` is told whenever `isFull` becomes false. */
  begin(part: SealedBody['part'], terms: SealTerms, drained?: () => void): OpenSeal;
}

/** Whether the bodies of an exchange are kept: decided by its id, a random UUID, so that an auditor can tell which ones should be there. */
export function isSampled(exchange: string, sample: number): boolean {
  return Number.parseInt(exchange.slice(0, 8), 16) / 2 ** 32 < sample;
}

/** The terms in a line of the record. */
export function sealTermsMember(terms: SealTerms | null): { readonly sealed?: JsonObject } {
  if (terms === null) return {};
  return {
    sealed: {
      body_bytes: terms.bodyBytes,
      folder_bytes: terms.folderBytes,
      recipients: [...terms.recipients],
      sample_millionths: Math.round(terms.sample * 1e6),
    },
  };
}
