import { readFileSync, writeFileSync } from 'node:fs';

import { canonicalPolicy, effectivePolicy, parsePolicy } from '@llm-boundary/sidecar/policy';

/** A team's policy for this agent, as a person writes it. */
export const POLICY = `# The support agent of the demo. What is left out is at its default, and the defaults enforce: injections and credentials
# in replies are refused, personal data in replies is redacted, and without a record nothing passes.
# All keys and their defaults: docs/reference/policy.md
version: 1

# Judges, records and refuses nothing, for the first days of a real workload:
# mode: observe

action:
  # Tools that are not listed can be neither offered nor called.
  default: deny
  tools:
    # Mail goes to colleagues, and not at all once something was read that strangers may have written, such as a ticket.
    - name: send_email
      when: "!exchange.tainted"
      arguments: "args.to.endsWith('@example.com')"

# Off by default: personal data and credentials in what the model is told.
# ingress:
#   pii: { action: redact }
#   secrets: { action: redact }

# Links to other hosts in replies are recorded by default, and pass.
# egress:
#   links: { action: redact, mode: enforce }
`;

/**
 * Puts the policy as it was written in place of the published one, which has every default and no comment, so that it can be read and edited.
 * @throws Error if they are not the same policy
 */
export function putWritten(file: string): void {
  if (hashOf(readFileSync(file, 'utf8')) !== hashOf(POLICY))
    throw new Error(`${file}: the webhook published another policy than the one that it was given`);
  writeFileSync(file, POLICY);
}

/** Of the effective policy. @throws Error if the text is not valid */
function hashOf(text: string): string {
  const parsed = parsePolicy(text, 'policy.yaml');
  if (!parsed.ok) throw new Error('the policy is not valid');
  return canonicalPolicy(effectivePolicy({ workload: parsed.document })).sha256;
}
