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
  | 'model_not_allowed'
  | 'host_not_allowed'
  | 'limit_exceeded'
  | 'request_malformed'
  | 'endpoint_not_allowed'
  | 'body_too_large'
  | 'response_malformed'
  | 'detector_unavailable'
  | 'audit_unavailable'
  | 'policy_unavailable'
  | 'upstream_unavailable';

interface RefusalKind {
  /** Before the first byte. Never 409, 422, 446 or 5xx for a policy decision: SDKs retry those. */
  readonly status: 400 | 403 | 404 | 413 | 429 | 502 | 503;
  /** `x-should-retry`: policy decisions do not change on a retry, outages and rate limits may. */
  readonly retry: boolean;
  /** Says what and how to fix it; never what matched. */
  readonly message: string;
}

/** The one table of codes; `docs/reference/refusals.md` is generated from it. */
export const REFUSALS: Readonly<Record<RefusalCode, RefusalKind>> = {
  injection_detected: {
    status: 400,
    retry: false,
    message: 'The request carries text that tries to take over the model.',
  },
  content_refused: {
    status: 400,
    retry: false,
    message: 'The request carries content that the policy of this workload refuses.',
  },
  sensitive_output: {
    status: 400,
    retry: false,
    message: 'The reply was withheld: it carries personal data.',
  },
  secret_detected: {
    status: 400,
    retry: false,
    message: 'A credential was found where the policy of this workload allows none.',
  },
  prompt_leak: {
    status: 400,
    retry: false,
    message: 'The reply was withheld: it repeats the system prompt.',
  },
  document_leak: {
    status: 400,
    retry: false,
    message: 'The reply was withheld: it repeats a protected document.',
  },
  exfiltration_link: {
    status: 400,
    retry: false,
    message: 'The reply was withheld: it links to a host that the policy does not list.',
  },
  tool_not_allowed: {
    status: 403,
    retry: false,
    message: 'A tool was offered, forced or called that the policy of this workload does not allow.',
  },
  model_not_allowed: {
    status: 403,
    retry: false,
    message: 'The policy of this workload does not allow this model.',
  },
  host_not_allowed: {
    status: 403,
    retry: false,
    message: 'The policy of this workload does not allow this host.',
  },
  limit_exceeded: {
    status: 429,
    retry: true,
    message: 'A limit of the policy of this workload is exhausted; try again after the time in retry-after.',
  },
  request_malformed: {
    status: 400,
    retry: false,
    message: 'The request is not valid in the dialect of its endpoint.',
  },
  endpoint_not_allowed: {
    status: 404,
    retry: false,
    message: 'This endpoint is not inspected and the policy of this workload does not list it.',
  },
  body_too_large: {
    status: 413,
    retry: false,
    message: 'The body is larger than the policy of this workload allows.',
  },
  response_malformed: {
    status: 502,
    retry: false,
    message: 'The model server answered with something that cannot be inspected.',
  },
  detector_unavailable: {
    status: 503,
    retry: true,
    message: 'The boundary could not finish inspecting the exchange.',
  },
  audit_unavailable: {
    status: 503,
    retry: true,
    message: 'The exchange cannot be recorded, so it is not allowed to happen.',
  },
  policy_unavailable: { status: 503, retry: true, message: 'No valid policy is loaded.' },
  upstream_unavailable: {
    status: 502,
    retry: true,
    message: 'The model server cannot be reached or broke off.',
  },
};

/** A decision not to go on, ready to be rendered by a dialect. */
export interface Refusal {
  readonly code: RefusalCode;
  /** The exchange's id, sent as `llm-boundary-decision`. */
  readonly decision: string;
  /** What is wrong and where, without any content (`messages[3].content[0].type: unknown part type`); null where the code says it all. */
  readonly detail: string | null;
  /** Whole seconds, for `limit_exceeded` only. */
  readonly retryAfterSeconds: number | null;
}
