/** Names of a verified caller in conditions. */
type CallerName = 'subject' | 'groups' | 'claims' | 'issuer' | 'actor';

/** Names that never have a value under a policy, and what to add so that they have one. A name that is not here has one. */
export type CallerNames = Readonly<Partial<Record<CallerName, string>>>;

const OUTBOUND =
  'callers are verified on the inbound listener only, and the caller of an MCP server is the workload itself';

/** For conditions on outbound calls. */
export const OUTBOUND_NAMES: CallerNames = {
  subject: OUTBOUND,
  groups: OUTBOUND,
  claims: OUTBOUND,
  issuer: OUTBOUND,
  actor: OUTBOUND,
};
