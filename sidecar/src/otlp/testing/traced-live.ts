import { once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';

import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace';

import { Live, policyOf } from '../../pipeline/test-kit.ts';
import { ExchangeSpans } from '../exchange-spans.ts';
import { samplerOf } from '../sampler.ts';

interface TracedOptions {
  readonly policy: string;
  readonly host?: string;
  /** Default: no. */
  readonly guardrails?: boolean;
  /** False: no spans. */
  readonly isOn?: boolean;
}

/** A sidecar whose spans are kept in memory, in front of a server that the test scripts and whose requests are kept. */
export class TracedLive {
  readonly live: Live;
  readonly requests: IncomingMessage[] = [];
  readonly #spans = new InMemorySpanExporter();

  constructor({ policy, host, guardrails = false, isOn = true }: TracedOptions, answer: RequestListener) {
    const provider = new TracerProvider({
      sampler: samplerOf({ sampler: 'parentbased_always_on', ratio: 1 }),
      spanProcessors: [new SimpleSpanProcessor({ exporter: this.#spans })],
    });
    const options = {
      tracer: provider.getTracer('test'),
      guardrails,
      now: () => performance.timeOrigin + performance.now(),
    };
    this.live = new Live({
      policy: policyOf(policy),
      ...(host === undefined ? {} : { host }),
      change: isOn ? { tracing: { begin: (start) => new ExchangeSpans(options, start) } } : {},
    });
    this.live.answer = (request, response) => {
      this.requests.push(request);
      request.resume();
      void once(request, 'end').then(() => answer(request, response));
    };
  }

  get spans(): readonly ReadableSpan[] {
    return this.#spans.getFinishedSpans();
  }

  /** The only span of that name. */
  span(name: string): ReadableSpan {
    const found = this.spans.filter((span) => span.name === name);
    const [only] = found;
    if (found.length !== 1 || only === undefined)
      throw new Error(
        `${found.length} spans ${name} among ${this.spans.map((span) => span.name).join(', ')}`,
      );
    return only;
  }
}
