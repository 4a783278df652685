import { keySource } from '../../../callers/testing/key-source.ts';
import type { JsonObject } from '../../../audit/record/canonical.ts';
import { ConversationMemory, McpMemory } from '../../../controls/index.ts';
import type { CompiledPolicy } from '../../../policy/compile/compiled.ts';
import { createLog } from '../../../telemetry/log.ts';
import { ReferenceMemory } from '../../inspect/reference-memory.ts';
import { Live, policyOf, send, type Got, type Sent } from '../../test-kit.ts';
import { Shadow } from '../shadow.ts';
import { until } from '../../../testing/until.ts';

/** A request, and what the server answers it with. */
export interface Exchanged extends Sent {
  readonly answer?: {
    readonly status?: number;
    readonly type?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body: string | Buffer;
  };
}

/** A line that the shadow put on the record. */
export interface ShadowLine {
  readonly kind: string;
  readonly fields: JsonObject;
}

export interface ShadowedOptions {
  readonly live: string;
  /** Null: none is configured. */
  readonly shadow: string | CompiledPolicy | null;
  readonly host?: string | null;
  readonly append?: (line: ShadowLine) => Promise<void>;
  readonly rest?: (workedMs: number, done: () => void) => void;
}

/** A sidecar in this process whose exchanges a second policy judges. */
export class Shadowed {
  readonly lines: ShadowLine[] = [];
  /** `RESULT CONTROL CODE` of every exchange that was judged or left out. */
  readonly judged: string[] = [];
  readonly live: Live;
  readonly shadow: Shadow;
  policy: CompiledPolicy | null;

  constructor({ live, shadow, host = null, append, rest }: ShadowedOptions) {
    const memories = {
      mcp: new McpMemory(),
      references: new ReferenceMemory(),
      conversations: new ConversationMemory(),
    };
    this.policy = typeof shadow === 'string' ? policyOf(shadow) : shadow;
    this.shadow = new Shadow({
      ...memories,
      keySource: keySource(),
      policy: () => this.policy,
      telemetry: { shadowJudged: (_direction, ...said) => void this.judged.push(said.join(' ')) },
      log: createLog('silent'),
      append: async (kind, fields) => {
        await append?.({ kind, fields });
        this.lines.push({ kind, fields });
      },
      now: () => performance.now(),
      rest: rest ?? ((_workedMs, done) => void setImmediate(done)),
    });
    this.live = new Live({ policy: policyOf(live), host, change: { ...memories, shadow: this.shadow } });
  }

  async send({ answer, ...sent }: Exchanged): Promise<Got> {
    this.live.answer = (request, response) => {
      request.resume();
      response.writeHead(answer?.status ?? 200, {
        'content-type': answer?.type ?? 'application/json',
        ...answer?.headers,
      });
      response.end(answer?.body ?? '{}');
    };
    return send(this.live.port, { headers: { 'content-type': 'application/json' }, ...sent });
  }

  /** Resolves when so many exchanges were judged or left out. */
  async until(count: number): Promise<void> {
    await until(
      `${count} were judged`,
      () => this.judged,
      ({ length }) => length >= count,
    );
  }
}

/** Runs `work` against a sidecar with a shadow. */
export async function shadowed<T>(options: ShadowedOptions, work: (rig: Shadowed) => Promise<T>): Promise<T> {
  const rig = new Shadowed(options);
  await rig.live.start();
  try {
    return await work(rig);
  } finally {
    await rig.live.close();
    await rig.shadow.close();
  }
}
