import type { WayOut } from './way-out.ts';

/** Why an exchange was refused. Stable: clients, alerts and audit records switch on it. */
export type RefusalCode =
  | 'injection_detected'
  | 'content_refused'
  | 'sensitive_output'
  | 'secret_detected'
  | 'prompt_leak'
  | 'document_leak'
  | 'exfiltration_link'
  | 'tool_not_allowed'
  | 'tool_changed'
  | 'model_not_allowed'
  | 'host_not_allowed'
  | 'limit_exceeded'
  | 'request_malformed'
  | 'endpoint_not_allowed'
  | 'caller_not_verified'
  | 'body_too_large'
  | 'response_malformed'
  | 'detector_unavailable'
  | 'audit_unavailable'
  | 'audit_undelivered'
  | 'policy_unavailable'
  | 'upstream_unavailable'
  | 'shutting_down';

interface RefusalKind {
  /** HTTP status before the first byte of a reply. Never 409, 422, 446 or 5xx for a policy decision: SDKs retry those. */
  readonly status: 400 | 401 | 403 | 404 | 413 | 429 | 502 | 503;
  /** `x-should-retry`: a policy decision stays the same on a retry, outages and rate limits may not. */
  readonly retry: boolean;
  /** For the caller: the problem, never the matched text. */
  readonly message: string;
  /** Appended to the message unless the detail of the refusal is more exact. */
  readonly wayOut: WayOut;
  /** For the operator: where to look and what to change. */
  readonly fix: string;
}

/** All codes; `docs/reference/refusals.md` is generated from this table. */
export const REFUSALS: Readonly<Record<RefusalCode, RefusalKind>> = {
  injection_detected: {
    status: 400,
    retry: false,
    message: 'Text in this exchange tries to take control of the model.',
    wayOut: { kind: 'keys', keys: ['ingress.injection'] },
    fix: 'Look up the decision in the record: its rule and pointer identify the part. Rephrase it, raise `ingress.injection.threshold`, or set its mode to `observe`.',
  },
  content_refused: {
    status: 400,
    retry: false,
    message: 'The request contains content that the policy of this workload refuses.',
    wayOut: {
      kind: 'keys',
      keys: ['ingress.rules', 'ingress.pii', 'ingress.media', 'egress.media', 'limits.outputTokens'],
    },
    fix: 'The detail names the part or the key: `ingress.rules`, `ingress.pii`, `ingress.media`, `egress.media` or `limits.outputTokens`.',
  },
  sensitive_output: {
    status: 400,
    retry: false,
    message: 'The reply was withheld: it contains personal data, or what a rule of the policy refuses.',
    wayOut: { kind: 'keys', keys: ['egress.pii', 'egress.rules'] },
    fix: '`egress.pii` or a rule of `egress.rules` blocks; the record says which. Set its action to `redact` to let the rest of the reply through, or list fewer entities.',
  },
  secret_detected: {
    status: 400,
    retry: false,
    message: 'A credential was found where the policy of this workload allows none.',
    wayOut: { kind: 'keys', keys: ['ingress.secrets', 'egress.secrets'] },
    fix: 'Remove the credential from the prompt, the document or the training data, and revoke it. `ingress.secrets` or `egress.secrets` made the decision.',
  },
  prompt_leak: {
    status: 400,
    retry: false,
    message: 'The reply was withheld: it repeats the system prompt.',
    wayOut: { kind: 'keys', keys: ['egress.promptLeak'] },
    fix: '`egress.promptLeak` made the decision. Keep what must stay secret out of the system prompt.',
  },
  document_leak: {
    status: 400,
    retry: false,
    message: 'The reply was withheld: it repeats a protected document.',
    wayOut: { kind: 'keys', keys: ['egress.documents'] },
    fix: '`egress.documents` made the decision: the reply repeats a fingerprinted document.',
  },
  exfiltration_link: {
    status: 400,
    retry: false,
    message: 'The reply was withheld: it links to a host that the policy does not list.',
    wayOut: { kind: 'keys', keys: ['egress.links'] },
    fix: 'List the host in `egress.links.allowHosts` if the workload may link to it.',
  },
  tool_not_allowed: {
    status: 403,
    retry: false,
    message: 'A tool was offered, forced or called that the policy of this workload does not allow.',
    wayOut: { kind: 'keys', keys: ['action.tools', 'action.mcp'] },
    fix: 'List the tool in `action.tools`, with the models, conditions and arguments under which it may be called; tools, prompts, resources and client features of an MCP server in its entry of `action.mcp`.',
  },
  tool_changed: {
    status: 403,
    retry: false,
    message: 'The definition of this tool has changed since it was pinned.',
    wayOut: { kind: 'keys', keys: ['action.mcp', 'action.tools'] },
    fix: 'Compare the definitions. If the new one is wanted, put its hash into `pins` of the server in `action.mcp` (`llm-boundary-sidecar policy pins` prints it) or of the entry in `action.tools` (the detail of the refusal has it), or restart the pod if the pin is the first definition.',
  },
  model_not_allowed: {
    status: 403,
    retry: false,
    message: 'The policy of this workload does not allow this model.',
    wayOut: { kind: 'keys', keys: ['models.allow'] },
    fix: 'Use a model that `models.allow` lists, or add it there.',
  },
  host_not_allowed: {
    status: 403,
    retry: false,
    message: 'The policy of this workload does not allow this host.',
    wayOut: { kind: 'keys', keys: ['action.hosts'] },
    fix: 'List the host in `action.hosts`; an entry with `paths` must list the path too, and allows no TLS tunnel.',
  },
  limit_exceeded: {
    status: 429,
    retry: true,
    message: 'A limit of the policy of this workload is exhausted; try again after the time in retry-after.',
    wayOut: {
      kind: 'keys',
      keys: [
        'limits.requestsPerMinute',
        'limits.tokensPerMinute',
        'limits.perCaller',
        'limits.concurrent',
        'limits.spend',
      ],
    },
    fix: 'Wait as long as `retry-after` says, or raise the limit that the detail names.',
  },
  request_malformed: {
    status: 400,
    retry: false,
    message: 'The request is not valid in the dialect of its endpoint.',
    wayOut: { kind: 'observe' },
    fix: 'The detail names the place and the expected value. Bodies are JSON in UTF-8 without duplicate keys, in the exact shape of the endpoint.',
  },
  endpoint_not_allowed: {
    status: 404,
    retry: false,
    message: 'No dialect reads this endpoint, and the policy of this workload does not list it.',
    wayOut: { kind: 'keys', keys: ['endpoints.pass', 'endpoints.opaque'] },
    fix: 'Use the exact path of a supported endpoint. List routes that carry no prompt in `endpoints.pass`.',
  },
  caller_not_verified: {
    status: 401,
    retry: false,
    message: 'The policy of this workload requires a verified caller, and this one is not.',
    wayOut: { kind: 'keys', keys: ['callers.jwt', 'callers.require'] },
    fix: 'The detail and `www-authenticate` say what is wrong with the credential. List its issuer and audience in `callers.jwt`, or set `callers.require` to false.',
  },
  body_too_large: {
    status: 413,
    retry: false,
    message: 'The body is larger than the policy of this workload allows.',
    wayOut: { kind: 'keys', keys: ['limits.requestBytes'] },
    fix: 'Send less, or raise `limits.requestBytes`.',
  },
  response_malformed: {
    status: 502,
    retry: false,
    message: 'The model server sent a reply that cannot be inspected.',
    wayOut: { kind: 'observe' },
    fix: 'The model server uses an extension of the dialect that is not supported, or sent something invalid. The detail names the place.',
  },
  detector_unavailable: {
    status: 503,
    retry: true,
    message: 'The boundary could not finish inspecting the exchange.',
    wayOut: { kind: 'keys', keys: ['limits.detectorMs'] },
    fix: 'A control failed or ran out of time. Raise `limits.detectorMs`, give the sidecar more CPU, or report a bug: the log has the stack. Where the detail names `state.onUnreachable`, the server of `state` does not answer; where it names `ingress.injection.classifier.onError`, the classifier.',
  },
  audit_unavailable: {
    status: 503,
    retry: true,
    message: 'The exchange cannot be recorded, so it is refused.',
    wayOut: { kind: 'keys', keys: ['audit.required'] },
    fix: 'The audit volume is full, slow or broken. Nothing is forwarded without a record unless `audit.required` is false.',
  },
  audit_undelivered: {
    status: 503,
    retry: true,
    message: 'Audit records have not left the pod for too long, so new exchanges are refused.',
    wayOut: { kind: 'keys', keys: ['audit.sinks', 'audit.anchor'] },
    fix: 'The collector that `audit.sinks[].otlp.endpoint` names is not accepting records, or under `audit.anchor: required` the anchor accepts no head; the log has the reason. `audit.sinks[].otlp.required: false` would let exchanges go on; `unsentBytes` and `unsentFor` say for how long they may.',
  },
  policy_unavailable: {
    status: 503,
    retry: true,
    message: 'No valid policy is loaded.',
    wayOut: { kind: 'none' },
    fix: 'No valid policy was ever loaded. `llm-boundary-sidecar policy check` lists the problems of the mounted one.',
  },
  upstream_unavailable: {
    status: 502,
    retry: true,
    message: 'The model server cannot be reached or ended the connection.',
    wayOut: { kind: 'none' },
    fix: 'The model server refused the connection, timed out, or ended the connection early. See its log.',
  },
  shutting_down: {
    status: 503,
    retry: true,
    message: 'The sidecar is shutting down; try again with another replica.',
    wayOut: { kind: 'none' },
    fix: 'The pod is being deleted and the exchange took longer than the grace period. The webhook derives `--drain-seconds` from `terminationGracePeriodSeconds` of the pod; the sidecar waits three seconds for incomplete requests.',
  },
};

/** A refusal, ready for a dialect to render. */
export interface Refusal {
  readonly code: RefusalCode;
  /** ID of the exchange, sent as `llm-boundary-decision`. */
  readonly decision: string;
  /** The problem and its place, without content (`messages[3].content[0].type: unknown part type`); null if the code suffices. */
  readonly detail: string | null;
  /** Whole seconds, for `limit_exceeded` only. */
  readonly retryAfterSeconds: number | null;
  /** A member of the request without which clients automatically send it again. */
  readonly unsupported?: string;
  /** For `caller_not_verified`: the value of `WWW-Authenticate` (RFC 9110 §11.6.1). */
  readonly challenge?: string;
  /** The cause is a limit or a rule of the boundary, although the code alone blames the server. */
  readonly isOurs?: boolean;
}
