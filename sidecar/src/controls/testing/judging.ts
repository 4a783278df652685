import { AT_START, type Detector } from '../../detectors/detector.ts';
import { UNKNOWN_WORKLOAD, type Exchange, type Reply, type Segment } from '../../exchange/index.ts';
import type { Mode, Verdict } from '../../exchange/verdict.ts';
import { compile } from '../../policy/compile/compile.ts';
import type { CompiledMedia, CompiledPolicy, CompiledTool } from '../../policy/compile/compiled.ts';
import { DEFAULT_POLICY } from '../../policy/layers/defaults.ts';

/** Finds every occurrence of a word. */
export function word(text: string, rule = `word.${text}`): Detector {
  return {
    id: `find ${text}`,
    scan: (input) =>
      [...input.matchAll(new RegExp(text, 'g'))].map(({ index }) => ({
        rule,
        start: index,
        end: index + text.length,
        score: 1,
      })),
    hold: (input) => Math.max(0, input.length - text.length + 1),
    resume: () => ({ findings: [], progress: AT_START }),
  };
}
export const broken: Detector = {
  id: 'broken',
  scan: () => {
    throw new Error('out of order');
  },
  hold: () => 0,
  resume: () => ({ findings: [], progress: AT_START }),
};

export function tool(name: string, more: Partial<CompiledTool> = {}): CompiledTool {
  return {
    name,
    action: 'block',
    mode: 'enforce',
    matchesName: (candidate) => candidate === name,
    matchesModel: null,
    when: null,
    arguments: null,
    schemas: [],
    fitsOffer: false,
    sources: [],
    readsInput: true,
    repeats: null,
    actsOutside: null,
    pinned: null,
    entries: [],
    apart: () => [],
    ...more,
  };
}

const DEFAULT = compile(DEFAULT_POLICY, {
  name: 'default',
  generation: 1,
  loadedAtMs: 0,
  fingerprints: new Map(),
});

interface Changes {
  readonly mode?: Mode;
  readonly ingress?: Partial<CompiledPolicy['ingress']>;
  readonly egress?: Partial<CompiledPolicy['egress']>;
  readonly action?: Partial<CompiledPolicy['action']>;
  readonly limits?: Partial<CompiledPolicy['limits']>;
  readonly allowsModel?: CompiledPolicy['allowsModel'];
}

export const NO_MEDIA: CompiledMedia = { image: null, audio: null, video: null, file: null, opaque: null };

export function policy(changes: Changes = {}): CompiledPolicy {
  return {
    name: 'test',
    generation: 1,
    sha256: '0'.repeat(64),
    loadedAtMs: 0,
    mode: changes.mode ?? 'enforce',
    workload: UNKNOWN_WORKLOAD,
    allowsModel: changes.allowsModel ?? (() => true),
    modelsMode: 'enforce',
    followsConversations: false,
    limits: {
      requestBytes: 1000,
      responseBytes: 1000,
      outputTokens: null,
      requestsPerMinute: null,
      tokensPerMinute: null,
      concurrent: null,
      perCaller: null,
      spend: [],
      holdChars: 1000,
      detectorMs: 1000,
      ...changes.limits,
    },
    endpoints: {
      passes: () => false,
      names: () => false,
      prefixes: DEFAULT.endpoints.prefixes,
      opaque: 'deny',
      upgrades: () => false,
      mcp: DEFAULT.endpoints.mcp,
      tcp: [],
    },
    callers: DEFAULT.callers,
    ingress: {
      injection: null,
      secrets: null,
      pii: null,
      pasted: null,
      media: NO_MEDIA,
      rules: [],
      ...changes.ingress,
    },
    egress: {
      pii: null,
      secrets: null,
      promptLeak: null,
      documents: null,
      links: null,
      media: NO_MEDIA,
      rules: [],
      onBlock: 'finish',
      ...changes.egress,
    },
    action: {
      default: 'deny',
      offers: 'refuse',
      onDeny: 'finish',
      resembles: () => null,
      mode: 'enforce',
      tools: [],
      place: 'action.tools',
      counts: [],
      trusts: () => false,
      readsPrivate: null,
      asksForPrivate: false,
      linksTurns: false,
      hosts: DEFAULT.action.hosts,
      listsAddress: () => false,
      hostsMode: 'enforce',
      providers: [],
      mcp: DEFAULT.action.mcp,
      tcp: [],
      ...changes.action,
    },
    audit: {
      required: true,
      content: 'none',
      sealed: null,
      callers: 'digest',
      whenFull: 'prune',
      anchor: 'optional',
      sinks: ['file'],
      otlp: [],
    },
    state: null,
  };
}

export function segment(text: string, more: Partial<Segment> = {}): Segment {
  return {
    pointer: '/messages/0/content',
    origin: 'user',
    channel: 'content',
    text,
    ...more,
  };
}

export function exchange(prompt: Partial<Exchange['prompt']> = {}): Exchange {
  return {
    id: 'x',
    direction: 'inbound',
    dialect: 'openai-chat',
    host: null,
    caller: { address: '127.0.0.1', identity: null },
    prompt: {
      operation: 'chat',
      model: 'm',
      stream: false,
      maxOutputTokens: null,
      segments: [],
      offers: [],
      choice: { kind: 'auto' },
      calls: [],
      media: [],
      ...prompt,
    },
  };
}

export function reply(more: Partial<Reply>): Reply {
  return {
    model: 'm',
    segments: [],
    calls: [],
    usage: { inputTokens: null, outputTokens: null },
    finishReasons: ['stop'],
    ...more,
  };
}

/** One message in parts. */
export function parts(...texts: readonly string[]): readonly Segment[] {
  return texts.map((text, index) =>
    segment(text, { pointer: `/messages/0/content/${index}/text`, run: '/messages/0/content' }),
  );
}

export function summary(verdict: Verdict): string {
  return verdict.kind === 'block' ? `block ${verdict.code}` : verdict.kind;
}
export const enforce = { action: 'block', mode: 'enforce' } as const;
