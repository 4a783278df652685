import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

import type { Identity } from '../../exchange/caller.ts';
import type { ArgumentFact, CallerFacts, CallFacts } from '../../exchange/decision.ts';
import type { ToolCall } from '../../exchange/tool.ts';
import { anyNumber, canonicalize, isObject, type Json } from './canonical.ts';

/** Arguments of one call that are named in the record, and how deep values in them are looked at. */
const MAX_ARGUMENTS = 16;
const MAX_DEPTH = 4;
/** Hex digits of a digest: 128 bits, so that no two values of a fleet meet by chance. */
const DIGEST_CHARS = 32;

/** What schemas of tools use for names; no sentence is one. */
const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;

/**
 * Digests of values under one key: HMAC-SHA-256, so that equal values are found again by whoever reads records that were written with the same
 * key, and no value can be guessed without it. Who shares a key is one tenant.
 */
export class Digests {
  /** First 16 hex digits of the key's SHA-256: says which logs can be compared, and stands in their genesis. */
  readonly keyId: string;
  readonly #key: KeyObject;

  constructor(key: Uint8Array) {
    this.keyId = hash('sha256', Buffer.from(key), 'hex').slice(0, 16);
    this.#key = createSecretKey(key);
  }

  /** 32 lower-case hex digits; null where the value has no canonical form (RFC 8785): lone surrogates, numbers beyond a double, nesting beyond 32. */
  of(value: Json): string | null {
    let text: string;
    try {
      text = canonicalize(value, anyNumber);
    } catch {
      return null;
    }
    return this.#digest('argument', text);
  }

  /** Of a subject of an issuer: never that of the same text in an argument. */
  ofCaller({ issuer, subject }: Pick<Identity, 'issuer' | 'subject'>): string {
    return this.#digest('caller', canonicalize([issuer.toWellFormed(), subject.toWellFormed()]));
  }

  #digest(kind: 'argument' | 'caller', text: string): string {
    return createHmac('sha256', this.#key)
      .update(`llm-boundary ${kind} v1\n${text}`)
      .digest('hex')
      .slice(0, DIGEST_CHARS);
  }
}

/** What the record keeps of a verified caller. */
export function callerFacts(identity: Identity, digests: Digests | null, withSubject: boolean): CallerFacts {
  const { via, issuer, subject } = identity;
  const digest = digests?.ofCaller(identity) ?? null;
  return { via, issuer, digest, subject: withSubject ? subject : null };
}

/**
 * What the record keeps of a call: each argument, then the values in those that hold several, outer ones first. Never throws; arguments that
 * are no JSON are one argument without a name.
 */
export function callFacts(call: Pick<ToolCall, 'name' | 'arguments'>, digests: Digests | null): CallFacts {
  const values = call.arguments.trim() === '' ? [] : valuesIn(parsed(call.arguments));
  const named = values
    .slice(0, MAX_ARGUMENTS)
    .map(({ name, value }): ArgumentFact => ({ name, digest: digests?.of(value) ?? null }));
  return { tool: call.name, arguments: named, omitted: values.length - named.length };
}

interface Named {
  readonly name: string;
  readonly value: Json;
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function valuesIn(value: Json): readonly Named[] {
  const all: Named[] = isObject(value) ? membersOf(value) : [{ name: '*', value }];
  let level = all;
  for (let depth = 1; depth < MAX_DEPTH && level.length > 0; depth += 1) {
    level = level.flatMap((one) => membersOf(one.value, one.name));
    // One by one: a spread of what a model wrote could be too long for a call.
    for (const one of level) all.push(one);
  }
  return all;
}

function membersOf(value: Json, outer = ''): Named[] {
  if (Array.isArray(value)) return value.map((item: Json) => ({ name: `${outer}[]`, value: item }));
  if (!isObject(value)) return [];
  return Object.entries(value).map(([key, item]) => {
    const name = NAME.test(key) ? key : '*';
    return { name: outer === '' ? name : `${outer}.${name}`, value: item };
  });
}
