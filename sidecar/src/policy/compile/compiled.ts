import type { CompiledPrefixes } from '../patterns/prefix.ts';
import type { Mode } from '../../exchange/verdict.ts';
import type { Detector } from '../../detectors/detector.ts';
import type { MediaKind, Origin, RefusalCode, Workload } from '../../exchange/index.ts';
import type { CompiledCallers } from './compiled-callers.ts';
import type { CompiledHosts } from './compiled-hosts.ts';
import type { CompiledMcp, CompiledMcpServer } from './compiled-mcp.ts';
import type { CompiledTools, Setting } from './compiled-tools.ts';
import type { TcpServer } from '../patterns/tcp.ts';

export type {
  ArgumentSources,
  CompiledTool,
  CompiledTools,
  Setting,
  ToolContext,
  ValueSource,
} from './compiled-tools.ts';

/** A custom rule, compiled to RE2. */
export interface CompiledRule extends Setting {
  readonly id: string;
  /** Null: every origin. */
  readonly origins: ReadonlySet<Origin> | null;
  readonly detector: Detector;
  readonly code: RefusalCode;
}

/** What looks for personal data. */
export interface CompiledPii extends Setting {
  readonly detector: Detector;
  /** Kinds of personal data are left out. */
  readonly isNarrowed: boolean;
}

/** Parts that no detector can read, by kind. Null: they pass. */
export type CompiledMedia = Readonly<Record<MediaKind, Setting | null>>;

/** Null: not limited. */
export interface CompiledRates {
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
  readonly concurrent: number | null;
}

/** How texts that a user pasted are told from those that it typed. */
export interface CompiledPasted {
  /** Messages of as many UTF-16 code units are pasted as a whole; null: of any length typed. */
  readonly chars: number | null;
  readonly between: readonly { readonly start: string; readonly end: string }[];
}

/** Tokens that a caller, one of its conversations or all callers may use within a window. */
export interface CompiledBudget {
  readonly of: 'caller' | 'workload' | 'conversation';
  readonly counts: 'tokens' | 'inputTokens' | 'outputTokens';
  readonly limit: number;
  readonly windowMs: number;
  /** As the policy writes it. */
  readonly window: string;
  /** What an exchange counts of which the model server reports no usage: an estimate, or all that there is. */
  readonly unreported: 'estimate' | 'exhaust';
}

export interface CompiledLimits extends CompiledRates {
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** Null: not limited. */
  readonly outputTokens: number | null;
  /** Of one inbound caller; null: not limited. */
  readonly perCaller: CompiledRates | null;
  /** Tokens that may be used within a window; all must hold. */
  readonly spend: readonly CompiledBudget[];
  /** Limit of UTF-16 code units held back in one stream; above it the stream is refused. */
  readonly holdChars: number;
  /** Wall-clock budget of all detectors for one exchange's request or reply. */
  readonly detectorMs: number;
}

/** A provider that the outbound listener offers under `/NAME/…`. */
export interface CompiledProvider {
  readonly name: string;
  /** `https://host[:port]/base`, without a trailing slash. */
  readonly url: string;
}

/** The effective policy, compiled. Immutable; an exchange keeps the one it began with. */
export interface CompiledPolicy {
  readonly name: string;
  /** Counts successful loads in this process, from 1. */
  readonly generation: number;
  /** SHA-256 (lower-case hex) of the canonical effective document. */
  readonly sha256: string;
  readonly loadedAtMs: number;
  readonly mode: Mode;
  /** The pod that is guarded, for conditions. */
  readonly workload: Workload;
  readonly allowsModel: (model: string | null) => boolean;
  readonly modelsMode: Mode;
  readonly limits: CompiledLimits;
  /** Something is counted by conversation. */
  readonly followsConversations: boolean;
  readonly endpoints: {
    /** True if policy lists the route as carrying no prompt. Exact paths or a trailing `*`. */
    readonly passes: (method: string, path: string) => boolean;
    /** The same, by its own path or by a builtin entry. */
    readonly names: (method: string, path: string) => boolean;
    /** Path prefixes under which routes of dialects are inspected. */
    readonly prefixes: CompiledPrefixes;
    readonly opaque: 'deny' | 'allow';
    readonly upgrades: (path: string) => boolean;
    /** The workload as an MCP server, at the paths that the policy names. */
    readonly mcp: CompiledMcpServer;
    /** Ports of the pod whose connections are recorded and not inspected, ascending. */
    readonly tcp: readonly number[];
  };
  readonly callers: CompiledCallers;
  readonly ingress: {
    readonly injection: CompiledInjection | null;
    readonly secrets: (Setting & { readonly detector: Detector }) | null;
    readonly pii: CompiledPii | null;
    /** Null: all text of users is theirs. */
    readonly pasted: CompiledPasted | null;
    readonly media: CompiledMedia;
    readonly rules: readonly CompiledRule[];
  };
  readonly egress: {
    readonly pii: CompiledPii | null;
    readonly secrets: (Setting & { readonly detector: Detector }) | null;
    readonly promptLeak: Setting | null;
    readonly documents: (Setting & { readonly detector: Detector }) | null;
    readonly links: (Setting & { readonly detector: Detector }) | null;
    readonly media: CompiledMedia;
    readonly rules: readonly CompiledRule[];
    readonly onBlock: 'finish' | 'error';
  };
  readonly action: CompiledTools & {
    /** What becomes of a request with an offer that is refused. */
    readonly offers: 'refuse' | 'strip';
    /** What becomes of a reply with a call that is refused. `finish`: as `egress.onBlock` says. */
    readonly onDeny: 'finish' | 'deny-result' | 'error';
    /** True if results of the tool leave an exchange untainted. */
    readonly trusts: (tool: string) => boolean;
    /** True for tools that return private data; null where no tool does. */
    readonly readsPrivate: ((tool: string) => boolean) | null;
    /** A rule depends on private data in the conversation. */
    readonly asksForPrivate: boolean;
    /** A rule depends on taint or on private data: turns of a conversation are then linked by what was said in them. */
    readonly linksTurns: boolean;
    readonly hosts: CompiledHosts;
    /** True if the policy lists this very address without paths: only then may it be an address of the pod or of a metadata service. */
    readonly listsAddress: (address: string) => boolean;
    readonly hostsMode: Mode;
    readonly providers: readonly CompiledProvider[];
    /** The allowed MCP servers; every other one is refused. */
    readonly mcp: CompiledMcp;
    /** Servers whose connections are recorded and not inspected. */
    readonly tcp: readonly TcpServer[];
  };
  readonly audit: CompiledAudit;
  /** Null: each sidecar counts alone. */
  readonly state: CompiledState | null;
}

interface CompiledInjection extends Setting {
  readonly threshold: number;
  readonly untrustedThreshold: number;
  /** Null: the sidecar judges alone. */
  readonly classifier: CompiledClassifier | null;
}

/** A classifier elsewhere, which is asked about texts. */
export interface CompiledClassifier {
  /** `http(s)://host[:port]`. */
  readonly origin: string;
  readonly path: string;
  readonly protocol: 'text-classification' | 'vllm-classify' | 'openai-moderation' | 'kserve-v2';
  /** Names of files in the folder of secrets. Null: no token is sent; the certificates of the sidecar verify it. */
  readonly tokenFile: string | null;
  readonly caFile: string | null;
  readonly model: string | null;
  /** In lower case, as `classes`. Null: what the answer itself has flagged. */
  readonly labels: ReadonlySet<string> | null;
  readonly classes: readonly string[];
  readonly isLogits: boolean;
  /** Names of tensors; null: the only one. */
  readonly input: string;
  readonly output: string | null;
  readonly origins: ReadonlySet<Origin>;
  /** Score from which its answer alone counts as injection, between 0 and 1. */
  readonly threshold: number;
  /** Of UTF-8. */
  readonly windowBytes: number;
  /** For all texts of one message. */
  readonly timeoutMs: number;
  readonly onError: 'refuse' | 'local';
}

/** Where the replicas of a workload count together. */
export interface CompiledState {
  readonly host: string;
  readonly port: number;
  /** The server's certificate is verified. */
  readonly isTls: boolean;
  readonly database: number;
  /** Null: the server's default user. */
  readonly user: string | null;
  /** Names of files in the folder of secrets. */
  readonly passwordFile: string | null;
  readonly keyFile: string;
  readonly keyPrefix: string;
  /** Distinguishes the workload from others that use the same server. */
  readonly workload: string;
  readonly timeoutMs: number;
  readonly onUnreachable: 'refuse' | 'local';
}

export interface CompiledAudit {
  readonly required: boolean;
  readonly content: 'none' | 'commit';
  /** Null: no body is kept. Otherwise `content` is `commit`. */
  readonly sealed: CompiledSealing | null;
  /** What lines have of verified callers. */
  readonly callers: 'digest' | 'subject' | 'none';
  /** When the volume of the record is nearly full. */
  readonly whenFull: 'prune' | 'refuse';
  /** `required`: no exchange starts until the anchor has accepted a head of the record. */
  readonly anchor: 'required' | 'optional';
  /** Includes `file` if audit is required or a receiver is set. Null: no layer names any; the command line decides. */
  readonly sinks: readonly ('file' | 'stdout')[] | null;
  /** Receivers of the record outside of the pod, each endpoint once. */
  readonly otlp: readonly CompiledOtlpSink[];
}

/** Whose bodies are kept, how much of them, and for whom. */
interface CompiledSealing {
  /** Recipients of age, sorted; at least one. */
  readonly recipients: readonly string[];
  /** From 0 to 1. */
  readonly sample: number;
  readonly bodyBytes: number;
  readonly folderBytes: number;
}

export interface CompiledOtlpSink {
  /** A URL with its path. */
  readonly endpoint: string;
  readonly encoding: 'protobuf' | 'json';
  readonly compression: 'none' | 'gzip';
  /** Sealed bodies are sent too. */
  readonly bodies: boolean;
  /** Above these limits no exchange starts. */
  readonly required: boolean;
  readonly unsentBytes: number;
  readonly unsentMs: number;
}

/** Source of the policy in force. Null until a first valid policy is loaded. */
export interface PolicySource {
  readonly current: () => CompiledPolicy | null;
}
