import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
  type Context,
  type Span,
  type SpanContext,
  type Tracer,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';

import type { Decision } from '../exchange/index.ts';
import type { ExchangeTrace, TraceEnd, TraceStart } from '../telemetry/tracing.ts';
import {
  callOf,
  guardrailAttributes,
  httpMethod,
  replyAttributes,
  serverAttributes,
  verdictAttributes,
} from './attributes.ts';
import type { SpanAttributes } from './definitions.ts';

export interface SpanOptions {
  readonly tracer: Tracer;
  /** Adds the attributes of a proposal to the spans of controls. */
  readonly guardrails: boolean;
  /** Unix time in milliseconds, with fractions. */
  readonly now: () => number;
}

const STRICTNESS: Readonly<Record<Decision['verdict'], number>> = { pass: 0, allow: 1, redact: 2, block: 3 };
/** Level 2 of Trace Context: the trace ID is random. */
const RANDOM = 2;

/**
 * The spans of one exchange: the exchange itself, and below it one for each judgement of a control, one for each time until a decision is
 * durable (`audit`), and one for each request to the upstream.
 */
export class ExchangeSpans implements ExchangeTrace {
  readonly #options: SpanOptions;
  readonly #start: TraceStart;
  readonly #parent: SpanContext | null;
  readonly #root: Span;
  readonly #context: Context;
  readonly #records: boolean;
  #judgedSince: number | null = null;
  /** The strictest so far. */
  #decided: Decision | null = null;
  /** The request as it was last allowed. */
  #allowed: Decision | null = null;
  #call: {
    readonly span: Span;
    readonly sinceMs: number;
    endMs: number | null;
    wasReleased: boolean;
  } | null = null;
  #sent = 0;

  constructor(options: SpanOptions, start: TraceStart) {
    this.#options = options;
    this.#start = start;
    this.#parent = start.traceparent === undefined ? null : parseTraceParent(start.traceparent);
    // Without the caller's `tracestate`: it is passed on, and not exported.
    const above =
      this.#parent === null
        ? ROOT_CONTEXT
        : trace.setSpanContext(ROOT_CONTEXT, { ...this.#parent, isRemote: true });
    this.#root = options.tracer.startSpan(
      `${start.direction} exchange`,
      {
        kind: SpanKind.SERVER,
        startTime: options.now(),
        attributes: {
          'llm_boundary.exchange': start.id,
          'llm_boundary.direction': start.direction,
          'http.request.method': httpMethod(start.method),
        } satisfies SpanAttributes,
      },
      above,
    );
    this.#context = trace.setSpan(ROOT_CONTEXT, this.#root);
    this.#records = this.#root.isRecording();
  }

  judging(): void {
    if (this.#records) this.#judgedSince ??= this.#options.now();
  }

  decided<T>(decision: Decision, durable: Promise<T>): Promise<T> {
    if (this.#call === null && isControl(decision)) this.#allowed = decision;
    if (!this.#records) return durable;
    const nowMs = this.#options.now();
    this.#note(decision, nowMs);
    const audit = this.#child('audit', nowMs, {});
    const end = (): void => audit.end(this.#options.now());
    durable.then(end, () => {
      fail(audit, 'audit_unavailable');
      end();
    });
    return durable;
  }

  called(): readonly (readonly [string, string])[] {
    const { now, tracer } = this.#options;
    const nowMs = now();
    this.#endCall(nowMs);
    const allowed = this.#allowed;
    const { name, attributes } =
      allowed === null ? { name: httpMethod(this.#start.method), attributes: {} } : callOf(allowed);
    const span = tracer.startSpan(
      name,
      {
        kind: SpanKind.CLIENT,
        startTime: nowMs,
        attributes: {
          ...attributes,
          ...serverAttributes(this.#start.origin),
          'http.request.resend_count': this.#sent === 0 ? undefined : this.#sent,
        } satisfies SpanAttributes,
      },
      this.#context,
    );
    this.#call = { span, sinceMs: nowMs, endMs: null, wasReleased: false };
    this.#sent += 1;
    const { traceId, spanId, traceFlags } = span.spanContext();
    const flags = (traceFlags & TraceFlags.SAMPLED) | ((this.#parent?.traceFlags ?? RANDOM) & RANDOM);
    const { tracestate } = this.#start;
    return [
      ['traceparent', `00-${traceId}-${spanId}-0${flags}`],
      ...(this.#parent === null || tracestate === undefined ? [] : [['tracestate', tracestate] as const]),
    ];
  }

  released(): void {
    const call = this.#call;
    if (call === null || call.wasReleased) return;
    call.wasReleased = true;
    const seconds = (this.#options.now() - call.sinceMs) / 1_000;
    call.span.setAttributes({ 'gen_ai.response.time_to_first_chunk': seconds } satisfies SpanAttributes);
  }

  replied(): void {
    if (this.#call !== null) this.#call.endMs ??= this.#options.now();
  }

  ended({ outcome, status, dialect, ownMs }: TraceEnd): void {
    const nowMs = this.#options.now();
    const root = this.#root;
    if (this.#records) {
      const code = this.#decided?.code ?? null;
      root.updateName(`${this.#start.direction} ${dialect}`);
      root.setAttributes({
        ...(this.#decided === null ? {} : verdictAttributes(this.#decided)),
        'llm_boundary.dialect': dialect,
        'llm_boundary.outcome': outcome,
        'llm_boundary.overhead': ownMs / 1_000,
        'http.response.status_code': status,
      } satisfies SpanAttributes);
      if (outcome === 'refused' || outcome === 'upstream_failed') fail(root, code ?? outcome);
      else if (outcome === 'completed' && status >= 500) fail(root, String(status));
      if (this.#call !== null && outcome === 'upstream_failed') fail(this.#call.span, code ?? outcome);
      else if (this.#call !== null && outcome === 'completed' && status >= 400)
        fail(this.#call.span, String(status));
    }
    this.#endCall(nowMs);
    root.end(nowMs);
  }

  #note(decision: Decision, nowMs: number): void {
    const before = this.#decided;
    if (before === null || STRICTNESS[decision.verdict] > STRICTNESS[before.verdict])
      this.#decided = decision;
    this.#call?.span.setAttributes(replyAttributes(decision));
    if (!isControl(decision)) return;
    const { guardrails } = this.#options;
    const control = this.#child(decision.kind, this.#judgedSince ?? nowMs, {
      ...verdictAttributes(decision),
      ...(guardrails ? guardrailAttributes(decision, this.#call === null ? 'input' : 'output') : {}),
    });
    this.#judgedSince = null;
    control.end(nowMs);
  }

  #child(name: string, startTime: number, attributes: SpanAttributes): Span {
    return this.#options.tracer.startSpan(
      name,
      { kind: SpanKind.INTERNAL, startTime, attributes },
      this.#context,
    );
  }

  #endCall(nowMs: number): void {
    const call = this.#call;
    this.#call = null;
    call?.span.end(call.endMs ?? nowMs);
  }
}

/** A decision of a control, not of what becomes of the exchange afterwards. */
function isControl({ kind }: Decision): boolean {
  return kind !== 'retry' && kind !== 'close';
}

/** Without a message, which could be content. */
function fail(span: Span, type: string): void {
  span.setAttributes({ 'error.type': type } satisfies SpanAttributes);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
