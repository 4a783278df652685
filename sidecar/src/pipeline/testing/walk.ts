import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { policyOf } from '../test-kit.ts';
import { SAMPLES } from './samples.ts';
import { until } from '../../testing/until.ts';
import { settled, Stage, type ClientSide, type Forwarded, type StageOptions } from './staged.ts';

/** Stages of an exchange, in order. */
const STATIONS = [
  'half of the request came',
  'the request is being recorded',
  'the request is out',
  'the head of the reply came',
  'half of the reply came',
  'the reply is being recorded',
  'the reply is on its way',
] as const;
export type Station = (typeof STATIONS)[number];

/** An exchange in one protocol, whole or streamed. Its reply contains an address, which is redacted. */
export interface Subject {
  readonly name: string;
  readonly isStreamed: boolean;
  readonly path: string;
  readonly request: string;
  readonly type: string;
  readonly reply: string;
  /** HTTP status of a refusal before the first byte of a reply. JSON-RPC sends errors with status 200. */
  readonly refusedWith: (status: number) => number;
  /** False for MCP: its text counts no tokens, and its events are held whole. */
  readonly isModel: boolean;
}

const PIECES = ['Write to anna', '@example.com', ' or call.'];
const TEXT = PIECES.join('');
/** The redacted text of a reply. */
export const SECRET = 'anna@example.com';

const mcpResult = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  result: { content: [{ type: 'text', text: TEXT }] },
});
const model = { refusedWith: (status: number): number => status, isModel: true };
const mcp = {
  refusedWith: (): number => 200,
  isModel: false,
  path: '/mcp',
  request: JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'list', arguments: {} },
  }),
};

export const SUBJECTS: readonly Subject[] = [
  ...SAMPLES.flatMap((sample): readonly Subject[] => {
    const { path, streamPath = path, streamType } = sample;
    const flag = streamPath === path ? { stream: true } : {};
    return [
      {
        ...model,
        name: `${sample.name}, whole`,
        isStreamed: false,
        path,
        request: JSON.stringify(sample.request('Hello.')),
        type: 'application/json',
        reply: JSON.stringify(sample.whole(TEXT)),
      },
      {
        ...model,
        name: `${sample.name}, streamed`,
        isStreamed: true,
        path: streamPath,
        request: JSON.stringify(sample.request('Hello.', flag)),
        type: streamType,
        reply: sample.stream?.(PIECES) ?? '',
      },
    ];
  }),
  { ...mcp, name: 'mcp, whole', isStreamed: false, type: 'application/json', reply: mcpResult },
  {
    ...mcp,
    name: 'mcp, streamed',
    isStreamed: true,
    type: 'text/event-stream',
    reply: `data: ${mcpResult}\n\n`,
  },
];

/** Allows one exchange at a time, so that an unreturned place shows. */
const POLICY = `
action: { default: allow }
egress: { pii: { action: redact } }
endpoints: { mcp: [/mcp] }
`;

const policies = new Map<string, CompiledPolicy>();

/** Cached for many rows. */
function compiled(yaml: string): CompiledPolicy {
  const policy = policies.get(yaml) ?? policyOf(yaml);
  policies.set(yaml, policy);
  return policy;
}

export interface WalkOptions extends Partial<Omit<StageOptions, 'policy'>> {
  /** YAML, added to the usual policy. */
  readonly policy?: string;
  /** YAML of `limits`, in addition to one exchange at a time. */
  readonly limits?: string;
  /** Headers of the reply besides its type. */
  readonly headers?: readonly (readonly [string, string])[];
  /** The reply's bytes, in place of the subject's. */
  readonly reply?: Buffer;
}

/** Takes one exchange from stage to stage. */
export class Walk {
  readonly stage: Stage;
  readonly subject: Subject;
  readonly side: ClientSide;
  readonly #options: WalkOptions;
  readonly #reply: Buffer;
  /** About half; in a stream, inside a frame. */
  readonly #cut: number;
  #at = -1;

  constructor(subject: Subject, options: WalkOptions = {}) {
    const { policy = '', limits = '', reply = Buffer.from(subject.reply), ...rest } = options;
    this.#options = options;
    this.#reply = reply;
    const half = reply.length >> 1;
    this.#cut = subject.isStreamed ? Math.max(1, reply.lastIndexOf('}', half)) : half;
    this.subject = subject;
    this.stage = new Stage({
      ...rest,
      policy: compiled(`${POLICY}${policy}\nlimits: { concurrent: 1, ${limits} }`),
    });
    this.side = this.#ask();
  }

  async to(station: Station): Promise<void> {
    while (this.#at < STATIONS.indexOf(station)) {
      this.#at += 1;
      await this.#reach(STATIONS[this.#at] ?? station);
    }
  }

  /** The whole exchange, up to the end of its reply. */
  async through(): Promise<void> {
    await this.to('half of the reply came');
    this.#rest();
    await until('the end of the reply', () => this.side.end !== 'open');
    await settled();
  }

  /** Releases held records and runs all pending work. */
  async goOn(): Promise<void> {
    await settled();
    this.stage.ledger.release();
    await settled();
  }

  get forwarded(): Forwarded {
    const [first] = this.stage.upstream.sent;
    if (first === undefined) throw new Error('nothing is forwarded');
    return first;
  }

  /** The record, one line per decision. The first is the request's, whichever control made it. */
  get record(): readonly string[] {
    return this.stage.ledger.decisions.map(({ kind, verdict, code, outcome }, index) => {
      const about = kind === 'close' ? 'close' : index === 0 ? 'request' : 'reply';
      return [about, verdict, code, outcome].filter((each) => each !== null).join(' ');
    });
  }

  /** Status of another exchange of the same kind; 200 if it reaches the upstream. */
  async another(): Promise<number> {
    const { ledger, upstream } = this.stage;
    ledger.fails = () => false;
    upstream.failsAtOnce = null;
    const before = upstream.sent.length;
    const side = this.#ask();
    side.request.end(this.subject.request);
    await until('an answer', () => side.status !== 0 || upstream.sent.length > before);
    return upstream.sent.length > before ? 200 : side.status;
  }

  #ask(): ClientSide {
    const { path, request } = this.subject;
    return this.stage.ask(path, Buffer.byteLength(request));
  }

  async #reach(station: Station): Promise<void> {
    const { stage, side, subject } = this;
    const { ledger, upstream } = stage;
    const half = subject.request.length >> 1;
    switch (station) {
      case 'half of the request came':
        side.request.write(subject.request.slice(0, half));
        return settled();
      case 'the request is being recorded':
        ledger.holds = () => true;
        side.request.end(subject.request.slice(half));
        await until(station, () => ledger.isHolding);
        return;
      case 'the request is out':
        ledger.release();
        await until(station, () => upstream.sent.length === 1);
        return;
      case 'the head of the reply came': {
        const headers: readonly (readonly [string, string])[] = [
          ['content-type', subject.type],
          ...(this.#options.headers ?? []),
        ];
        this.forwarded.sink.head({ status: 200, reason: 'OK', headers, rawHeaders: headers });
        return settled();
      }
      case 'half of the reply came':
        this.forwarded.sink.data(this.#reply.subarray(0, this.#cut));
        return settled();
      case 'the reply is being recorded':
        ledger.holds = () => true;
        this.#rest();
        await until(station, () => ledger.isHolding);
        return;
      case 'the reply is on its way':
        side.socket.stall();
        ledger.release();
        return settled();
      default:
        return station satisfies never;
    }
  }

  #rest(): void {
    const { sink } = this.forwarded;
    sink.data(this.#reply.subarray(this.#cut));
    sink.end([]);
  }
}
