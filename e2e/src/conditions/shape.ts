import type { ConditionsReport } from '@llm-boundary/sidecar/conditions';
import OpenAI from 'openai';

import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import { json, startUpstream, type ScriptedUpstream, type Seen } from '../process/upstream.ts';
import { until } from '../process/until.ts';
import { answerOf } from './answer.ts';

/** Where the clients of a row send to. */
export interface Reach {
  /** `http://127.0.0.1:PORT` of the sidecar in front of the model. */
  readonly inbound: string;
  /** The listener that connections of containers are redirected to. */
  readonly outbound: string;
  /** `127.0.0.1:PORT` of the scripted server, which containers dial through the sidecar. */
  readonly elsewhere: string;
}

/** One exchange, or several that belong together, as an official client sends it, and what it must show of the four conditions. */
export interface Shape {
  readonly name: string;
  readonly send: (reach: Reach) => Promise<unknown>;
  /** What the server answers. Default: a short text in the protocol of the path. */
  readonly answer?: (seen: Seen) => object;
  /** Reasons for which conditions do not hold. */
  readonly breaks: readonly string[];
  /** What could not be judged. Default: nothing. */
  readonly blind?: readonly string[];
}

/** The official client of OpenAI, for the model behind the sidecar. */
export function openai({ inbound }: Pick<Reach, 'inbound'>): OpenAI {
  return new OpenAI({ apiKey: 'test', baseURL: `${inbound}/v1`, maxRetries: 0 });
}

/** What a sidecar counted since the last look. */
export interface Sight {
  readonly breaks: readonly string[];
  readonly blind: readonly string[];
}

/** A policy that measures all four conditions and refuses nothing. */
function measuring(host: string, mcp: readonly string[]): string {
  return `version: 1
mode: observe
ingress: { pii: { action: redact }, secrets: { action: redact } }
action: ${JSON.stringify({ hosts: [host, ...mcp], mcp: mcp.map((server) => ({ server })) })}
`;
}

interface Counted {
  readonly reason: string;
  readonly exchanges: number;
}

/** A real sidecar, which is asked before and after each row. */
export class Watched {
  readonly #sidecar: SidecarProcess;
  readonly #upstream: ScriptedUpstream;
  #before = new Map<string, number>();

  private constructor(sidecar: SidecarProcess, upstream: ScriptedUpstream) {
    this.#sidecar = sidecar;
    this.#upstream = upstream;
  }

  /** @param mcp MCP servers that containers dial, `127.0.0.1:PORT` */
  static async start(...mcp: readonly string[]): Promise<Watched> {
    const upstream = await startUpstream((seen, response) => json(response, answerOf(seen)));
    const policy = measuring(new URL(upstream.origin).host, mcp);
    const sidecar = await startSidecar({ upstreams: [upstream.origin], policy });
    return new Watched(sidecar, upstream);
  }

  /** Sends a row. @throws what its client throws, and an error if nothing arrived */
  async run({ send, answer = answerOf }: Pick<Shape, 'send' | 'answer'>): Promise<Sight> {
    this.#upstream.seen.splice(0);
    this.#upstream.script = (seen, response) => json(response, answer(seen));
    await send(this.reach);
    if (this.#upstream.seen.length === 0) throw new Error('nothing reached the model');
    await this.#ended();
    return this.sight();
  }

  get reach(): Reach {
    return {
      inbound: this.#sidecar.inbound[0] ?? '',
      outbound: this.#sidecar.outbound,
      elsewhere: new URL(this.#upstream.origin).host,
    };
  }

  async report(): Promise<ConditionsReport> {
    const response = await fetch(`${this.#sidecar.admin}/conditions`);
    return (await response.json()) as ConditionsReport;
  }

  async stop(): Promise<void> {
    await this.#sidecar.stop();
    await this.#upstream.close();
  }

  /** A policy that observes judges a reply after it has passed it on. */
  async #ended(): Promise<void> {
    await until('the end of the exchanges', async () => {
      const metrics = await (await fetch(`${this.#sidecar.admin}/metrics`)).text();
      return !/^llm_boundary_exchanges_in_flight(?:\{[^}]*\})? [1-9]/m.test(metrics);
    });
  }

  /** What was counted since the last call. */
  async sight(): Promise<Sight> {
    const { conditions } = await this.report();
    const grown = (kind: 'breaks' | 'blind'): readonly string[] => {
      const all = conditions.flatMap((each): readonly Counted[] => each[kind]);
      const names = all.flatMap(({ reason, exchanges }) => {
        const key = `${kind} ${reason}`;
        const before = this.#before.get(key) ?? 0;
        this.#before.set(key, exchanges);
        return exchanges > before ? [reason] : [];
      });
      return [...new Set(names)];
    };
    return { breaks: grown('breaks'), blind: grown('blind') };
  }
}
