import { Malformed } from '../../dialects/index.ts';
import type { Refusal, RefusalCode } from '../../exchange/index.ts';
import { BodyError } from '../../http/body/body.ts';
import { roomFor } from '../../http/body/body-budget.ts';
import type { Room } from '../../http/body/decoder.ts';
import { replyHeaders, replyTrailers } from '../../http/head/hop-by-hop.ts';
import { endWithStallTimeout } from '../../http/sockets/paced-writer.ts';
import { outcomeOf } from '../context/outcome.ts';
import type { Block, InspectedReply } from '../inspect/inspector.ts';
import { inTurns } from '../inspect/turns.ts';
import { DECISION_HEADER, recordAndRefuse, refusalOfFault, sendRendered } from '../context/refuse.ts';
import type { ReplyBody, Trailers } from './reply-body.ts';
import type { StartedReply } from './started-reply.ts';

/** A whole reply: nothing is sent before all of it passed and the decision is durable. */
export class WholeReply implements ReplyBody {
  readonly #reply: StartedReply;
  readonly #room: Room;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #trailers: Trailers = [];
  #isRefused = false;
  /** All of it arrived: it is still answered if the sidecar shuts down. */
  #hasEnded = false;

  constructor(reply: StartedReply) {
    this.#reply = reply;
    this.#room = roomFor(reply.exchange.request);
  }

  data(chunk: Buffer): boolean {
    this.#bytes += chunk.length;
    const { responseBytes } = this.#reply.inspector.policy.limits;
    if (this.#isRefused) return true;
    if (this.#bytes > responseBytes) {
      this.#reply.transfer.abort();
      const detail = `the reply is larger than limits.responseBytes (${responseBytes})`;
      this.#refuse({ ...this.#refusal('response_malformed', detail), isOurs: true });
      return true;
    }
    if (!this.#room(chunk.length)) {
      this.#reply.transfer.abort();
      this.fail(new BodyError('overloaded'));
      return true;
    }
    this.#chunks.push(chunk);
    return true;
  }

  end(trailers: Trailers): void {
    if (this.#isRefused) return;
    this.#hasEnded = true;
    this.#trailers = trailers;
    this.#finish().catch((error: unknown) => {
      const { exchange } = this.#reply;
      exchange.boundary.log.unexpected(exchange.id, error);
      exchange.response.destroy();
    });
  }

  fail(error: Error): void {
    if (!this.#isRefused && !this.#hasEnded) this.#refuse(refusalOfFault(this.#reply.exchange.id, error));
  }

  #refusal(
    code: Extract<RefusalCode, 'response_malformed' | 'detector_unavailable' | 'audit_unavailable'>,
    detail: string,
  ): Refusal {
    return this.#reply.exchange.refusal(code, detail);
  }

  #refuse(refusal: Refusal, unrecorded = false): void {
    this.#isRefused = true;
    const { exchange, inspector } = this.#reply;
    void recordAndRefuse(exchange, inspector.refusals, 'close', refusal, { unrecorded });
  }

  async #finish(): Promise<void> {
    const { exchange, inspector, head } = this.#reply;
    exchange.trace?.judging();
    const startedMs = exchange.boundary.now();
    const [first] = this.#chunks;
    const raw = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks);
    const inspected = await this.#inspect(raw);
    if (inspected === null) return;
    const { verdict, control, usage, tools, calls, chars, served, contributors = [] } = inspected;
    exchange.metered(chars);
    try {
      const facts = {
        model: inspector.model,
        usage,
        tools,
        calls,
        contributors,
        response: raw,
        responseSent: verdict.kind === 'block' ? null : inspected.body,
        ...(served === undefined ? {} : { served }),
      };
      await exchange.record(exchange, control, outcomeOf(verdict, head.status), facts);
    } catch {
      const detail = 'the decision about the reply could not be recorded';
      this.#refuse(this.#refusal('audit_unavailable', detail), true);
      return;
    }
    if (verdict.kind === 'block') {
      const again = inspector.askAgain(verdict, raw);
      if (again !== null) {
        exchange.ownMs += exchange.boundary.now() - startedMs;
        this.#reply.askAgain(again, () => {
          this.#withhold(verdict);
          exchange.end('refused', exchange.response.statusCode);
        });
        return;
      }
      this.#withhold(verdict);
    } else {
      inspected.released?.();
      this.#send(inspected.body);
    }
    exchange.ownMs += exchange.boundary.now() - startedMs;
    exchange.end(verdict.kind === 'block' ? 'refused' : 'completed', exchange.response.statusCode);
  }

  /** Null if it was refused. */
  async #inspect(body: Buffer): Promise<InspectedReply | null> {
    const { inspector, head, type, exchange } = this.#reply;
    try {
      inspector.checkHeaders(head.headers);
      const reply = { status: head.status, type, body };
      await inspector.share?.(reply);
      if (inspector.prepare !== undefined) await inTurns(inspector.prepare(reply), exchange.boundary.now);
      return await final(inspector.whole(reply));
    } catch (error) {
      if (error instanceof Malformed) {
        this.#refuse(this.#refusal('response_malformed', error.message));
        return null;
      }
      exchange.boundary.telemetry.detectorError('egress');
      exchange.boundary.log.unexpected(exchange.id, error);
      this.#refuse(this.#refusal('detector_unavailable', 'the reply could not be inspected'));
      return null;
    }
  }

  #withhold(block: Block): void {
    const { exchange, inspector } = this.#reply;
    const refusal = exchange.refusal(block.code, block.detail);
    sendRendered(exchange, inspector.withhold(block, refusal), refusal);
  }

  #send(body: Buffer): void {
    const { exchange, head } = this.#reply;
    const { response } = exchange;
    if (response.destroyed) return;
    const headers = replyHeaders(head.headers, { decoded: true });
    headers.push([DECISION_HEADER, exchange.id]);
    const trailers = replyTrailers(this.#trailers, teOf(exchange.request.headers['te']));
    if (trailers.length > 0) headers.push(['trailer', trailers.map(([name]) => name).join(', ')]);
    else if (head.status !== 204) headers.push(['content-length', String(body.length)]);
    const flat: string[] = [];
    for (const [name, value] of headers) flat.push(name, value);
    response.writeHead(head.status, flat);
    if (trailers.length > 0)
      response.addTrailers(trailers.map(([name, value]): [string, string] => [name, value]));
    endWithStallTimeout(response, body, exchange.boundary.stallTimeoutMs);
  }
}

async function final(inspected: InspectedReply): Promise<InspectedReply> {
  if (inspected.settle === undefined) return inspected;
  const verdict = await inspected.settle();
  return verdict.kind === 'block' ? { ...inspected, verdict, control: 'action' } : { ...inspected, verdict };
}

function teOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}
