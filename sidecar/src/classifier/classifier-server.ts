import { readFile } from 'node:fs/promises';
import type { LookupFunction } from 'node:net';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';

import { Agent, errors } from 'undici';

import type { CompiledClassifier } from '../policy/compile/compiled.ts';
import { refusalOf, type Answer } from './answer.ts';
import { AnswerInvalid, questionOf, scoreIn } from './protocol.ts';

export interface ServerOptions {
  /** The folder of secrets; null where the sidecar has none. */
  readonly secretsDir: string | null;
  readonly trust: SecureContext;
  /** Null: the system's resolver. */
  readonly lookup: LookupFunction | null;
}

const MAX_ANSWER_BYTES = 256 * 1024;
/** Connections, and so requests at the same time, of all exchanges. */
const CONNECTIONS = 16;
/** What requests are sent with: as it is when a message is asked about. */
export interface Way {
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string>>;
}

/** The server of a classifier. Follows no redirect and no proxy of the environment. Owns its connections. */
export class ClassifierServer {
  readonly #settings: CompiledClassifier;
  readonly #options: ServerOptions;
  /** `ca`: the certificates that verify it; null: those of the sidecar. */
  #opened: { readonly ca: string | null; readonly agent: Agent } | null = null;

  constructor(settings: CompiledClassifier, options: ServerOptions) {
    this.#settings = settings;
    this.#options = options;
  }

  /** Rejects if a file of the policy cannot be read, or does not hold what it should. */
  async way(): Promise<Way> {
    const { tokenFile, caFile } = this.#settings;
    const [token, ca] = await Promise.all([this.#secret(tokenFile), this.#secret(caFile)]);
    if (token !== null && !/^[\x21-\x7e]+$/.test(token)) throw new Error(`${tokenFile ?? ''} holds no token`);
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': 'llm-boundary-sidecar',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    };
    return { agent: this.#agentFor(ca), headers };
  }

  /** Asks about one text. Never rejects. */
  async ask(text: string, { agent, headers }: Way, signal: AbortSignal): Promise<Answer> {
    const { origin, path } = this.#settings;
    try {
      const body = JSON.stringify(questionOf(text.toWellFormed(), this.#settings));
      const reply = await agent.request({ origin, path, method: 'POST', headers, body, signal });
      const answer = await reply.body.text();
      const { statusCode } = reply;
      if (statusCode !== 200) return refusalOf(statusCode, answer, Buffer.byteLength(text));
      return { kind: 'answered', score: scoreIn(parsed(answer), this.#settings) };
    } catch (error) {
      if (error instanceof AnswerInvalid) return { kind: 'invalid', reason: error.message };
      if (error instanceof errors.ResponseExceededMaxSizeError)
        return { kind: 'invalid', reason: `an answer of more than ${MAX_ANSWER_BYTES} bytes` };
      if (signal.aborted) return { kind: 'late', reason: `no answer within ${this.#settings.timeoutMs} ms` };
      return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  async close(): Promise<void> {
    await this.#opened?.agent.destroy();
  }

  async #secret(file: string | null): Promise<string | null> {
    if (file === null) return null;
    const { secretsDir } = this.#options;
    if (secretsDir === null) throw new Error('the sidecar has no folder of secrets (--secrets)');
    return (await readFile(join(secretsDir, file), 'utf8')).trim();
  }

  /** @throws Error if there is no certificate in `ca`: wider trust than configured would be worse than no answer. */
  #agentFor(ca: string | null): Agent {
    if (this.#opened?.ca === ca) return this.#opened.agent;
    if (ca !== null && !ca.includes('-----BEGIN CERTIFICATE-----'))
      throw new Error(`${this.#settings.caFile ?? ''} holds no PEM certificate`);
    const { trust, lookup } = this.#options;
    const { timeoutMs } = this.#settings;
    const agent = new Agent({
      connections: CONNECTIONS,
      connectTimeout: timeoutMs,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      maxResponseSize: MAX_ANSWER_BYTES,
      connect: {
        secureContext: ca === null ? trust : createSecureContext({ ca }),
        ...(lookup === null ? {} : { lookup }),
      },
    });
    // Connections that certificates of before have verified close once they are idle.
    this.#opened = { ca, agent };
    return agent;
  }
}

/** @throws AnswerInvalid */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AnswerInvalid('the answer is no JSON');
  }
}
