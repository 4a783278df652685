import type { CommandSpec, FlagSpec } from '../flags/flags.ts';
import { filterFlags, rangeFlags } from './filter-flags.ts';
import { EXPORT_FORMATS } from '../../audit/export/export.ts';

export const PROGRAM = 'llm-boundary-audit';

export const fromLog = {
  name: 'from-log',
  env: 'LLM_BOUNDARY_AUDIT_FROM_LOG',
  kind: 'text',
  value: 'FILE',
  describe: "Reads audit lines from a copy of a container's log instead (kubectl logs, containerd, Docker).",
} as const satisfies FlagSpec;

export const fromOtlp = {
  name: 'from-otlp',
  env: 'LLM_BOUNDARY_AUDIT_FROM_OTLP',
  kind: 'text',
  value: 'PATH',
  repeatable: true,
  describe:
    "Reads audit lines from files of an OpenTelemetry collector's file exporter instead (JSON, also .gz): a file, or a folder of files.",
} as const satisfies FlagSpec;

const json = {
  name: 'json',
  env: 'LLM_BOUNDARY_AUDIT_JSON',
  kind: 'switch',
  describe: 'Prints JSON.',
} as const satisfies FlagSpec;

const exchange = {
  name: 'exchange',
  env: 'LLM_BOUNDARY_AUDIT_EXCHANGE',
  kind: 'text',
  value: 'ID',
  describe: 'Decision ID, from the header llm-boundary-decision.',
} as const satisfies FlagSpec;

export const path = {
  name: 'PATH',
  repeatable: true,
  describe: 'A log file, or the folder that the sidecar writes to.',
} as const;

/** For commands that read lines, and do not verify. */
const copies = {
  ...path,
  describe:
    "A log file, the folder that the sidecar writes to, or a copy: a container's log, files of a collector (JSON, protobuf, .gz), a folder of these.",
} as const;

export const decisionId = {
  name: 'ID',
  repeatable: false,
  describe: 'Decision ID, from the header llm-boundary-decision.',
} as const;

export function spec<const Flags extends readonly FlagSpec[]>(made: CommandSpec<Flags>): CommandSpec<Flags> {
  return made;
}

export const rootSpec = spec({
  command: PROGRAM,
  describe: 'Verifies, searches and exports the audit log of llm-boundary-sidecar. Works offline.',
  flags: [],
  commands: [
    { name: 'verify', describe: 'Verify that the log is complete and unchanged.' },
    { name: 'show', describe: 'Print the log as a timeline.' },
    { name: 'why', describe: 'Explain the decisions on one exchange.' },
    { name: 'export', describe: 'Export decisions in another format.' },
    { name: 'report', describe: 'Print a report for auditors: HTML or JSON.' },
    { name: 'prove', describe: 'Print a proof of one exchange that verify accepts without the log.' },
    { name: 'open', describe: 'Print a sealed body, or check a body against the commitment in its record.' },
    { name: 'erase', describe: 'Remove sealed bodies; the log stays whole.' },
    {
      name: 'digest',
      describe: 'Print the digest that records have of a value in tool arguments, or of a caller.',
    },
  ],
});

/** Flags with the evidence that a record is checked against. */
const evidenceFlags = [
  {
    name: 'key',
    env: 'LLM_BOUNDARY_AUDIT_VERIFIER_KEY',
    kind: 'text',
    value: 'VKEY',
    repeatable: true,
    describe:
      'Verifier key of the newest log, from a trusted source: the sidecar logs it at startup. The keys of older logs in the folder follow from it.',
  },
  {
    name: 'live',
    env: 'LLM_BOUNDARY_AUDIT_LIVE',
    kind: 'switch',
    describe:
      'Accept a log (with --fleet-log: a fleet log) that is still being written and therefore has no seal.',
  },
  {
    name: 'fleet-log',
    env: 'LLM_BOUNDARY_AUDIT_FLEET_LOG',
    kind: 'text',
    value: 'PATH',
    repeatable: true,
    describe:
      "The anchor's fleet log: its container's log, its files, or files of a collector; other logs in them are ignored.",
  },
  {
    name: 'anchor-key',
    env: 'LLM_BOUNDARY_AUDIT_ANCHOR_KEY',
    kind: 'text',
    value: 'VKEY',
    describe:
      'Verifier key of the anchor, logged at its startup. It never changes; all other keys follow from it. Needs --fleet-log.',
  },
] as const satisfies readonly FlagSpec[];

export const verifySpec = spec({
  command: `${PROGRAM} verify`,
  describe:
    'Checks every line, the chain from line to line and from log to log, and the signatures.\n' +
    'With --fleet-log: checks the collected logs of all pods against the fleet log of the anchor: which logs must exist, their keys and their\n' +
    'lengths. PATH is then any mix of folders and files: audit logs, container logs, files of a collector (JSON, protobuf, .gz), objects\n' +
    'fetched from a store. Duplicate lines are accepted.\n' +
    'Exit: 0 verified, complete; 1 tampered; 2 usage; 3 evidence missing; 4 intact, but unanchored: no evidence from\n' +
    'outside of the log confirms its key or its end.',
  operands: [
    {
      ...path,
      describe: `${path.describe} Or a proof printed by prove. With --fleet-log: copies of any kind.`,
    },
  ],
  flags: [
    ...evidenceFlags,
    ...rangeFlags.map((flag) => ({ ...flag, describe: `${flag.describe} Needs --fleet-log.` })),
    fromLog,
    fromOtlp,
    {
      name: 'output',
      env: 'LLM_BOUNDARY_AUDIT_OUTPUT',
      kind: 'enum',
      values: ['text', 'json'],
      describe: 'Format of the report. Default: text.',
    },
    { ...json, describe: 'The same as --output json.' },
  ],
});

export const showSpec = spec({
  command: `${PROGRAM} show`,
  describe: 'Prints the records of the log without verifying it. Exit: 0; 2 usage; 3 no match.',
  operands: [copies],
  flags: [
    ...filterFlags,
    {
      name: 'since',
      env: 'LLM_BOUNDARY_AUDIT_SINCE',
      kind: 'text',
      value: 'TIME',
      describe: 'The same as --from.',
    },
    fromLog,
    fromOtlp,
    { ...json, describe: 'Prints the lines as they are.' },
  ],
});

export const whySpec = spec({
  command: `${PROGRAM} why`,
  describe:
    'Explains one exchange: the request, its destination, the policy, the rules that matched, and what was delivered to whom. Content is not recorded.\n' +
    'The log is not verified. Exit: 0; 2 usage; 3 no record of the exchange.',
  operands: [decisionId, copies],
  flags: [fromLog, fromOtlp, { ...json, describe: 'Prints the lines as they are.' }],
});

export const exportSpec = spec({
  command: `${PROGRAM} export`,
  describe:
    'Prints decisions in another format, for a search index. The log is not verified, and remains the evidence.\nExit: 0; 2 usage; 3 no record.',
  operands: [copies],
  flags: [
    {
      name: 'format',
      env: 'LLM_BOUNDARY_AUDIT_FORMAT',
      kind: 'enum',
      values: EXPORT_FORMATS,
      required: true,
      describe: 'OCSF is class HTTP Activity of 1.5.0; CloudEvents is 1.0 in JSON, one per line.',
    },
    ...filterFlags,
    fromLog,
    fromOtlp,
  ],
});

export const reportSpec = spec({
  command: `${PROGRAM} report`,
  describe:
    'Prints a report for auditors: what was guarded, under which policies, what was refused or only observed, and what is missing, each with the controls that it\n' +
    'supports (EU AI Act Article 12, OWASP LLM and Agentic Top 10, ISO/IEC 42001 A.6.2.8, SOC 2 CC7) and its gaps. Reads and checks what verify does.\n' +
    'Exit, with the report printed: 0 verified, complete; 1 tampered; 3 evidence missing; 4 intact, but unanchored. 2: usage, no report.',
  operands: [{ ...path, describe: `${path.describe} With --fleet-log: copies of any kind.` }],
  flags: [
    ...rangeFlags,
    ...evidenceFlags,
    fromLog,
    fromOtlp,
    {
      name: 'output',
      env: 'LLM_BOUNDARY_AUDIT_REPORT_OUTPUT',
      kind: 'enum',
      values: ['html', 'json'],
      describe: 'Format of the report: html is one file without scripts or outside resources. Default: html.',
    },
  ],
});

export const proveSpec = spec({
  command: `${PROGRAM} prove`,
  describe:
    'Prints the lines that prove that the records of an exchange are in the log, up to the signatures over them.\nExit: 0; 2 usage; 3 no signed record of the exchange.',
  operands: [copies],
  flags: [{ ...exchange, required: true }, fromLog, fromOtlp],
});

export const openSpec = spec({
  command: `${PROGRAM} open`,
  describe:
    'Compares a saved body with the commitment in its record, and prints the nonce that proves the match without the key.\n' +
    `Or, as ${PROGRAM} open ID PATH… --identity FILE, prints a sealed body.\n` +
    'Exit: 0 match; 1 no match; 2 usage; 3 no commitment, or another key.',
  operands: [path],
  flags: [
    { ...exchange, required: true },
    {
      name: 'part',
      env: 'LLM_BOUNDARY_AUDIT_PART',
      kind: 'enum',
      values: ['request', 'response'],
      required: true,
      describe: 'The body to check: request or response.',
    },
    {
      name: 'body',
      env: 'LLM_BOUNDARY_AUDIT_BODY',
      kind: 'text',
      value: 'FILE',
      required: true,
      describe: 'The bytes of the body.',
    },
    {
      name: 'commitment-key',
      env: 'LLM_BOUNDARY_AUDIT_COMMITMENT_KEY',
      kind: 'text',
      value: 'FILE',
      required: true,
      describe:
        'commitment.key of the folder that the log was written to, or the file that the sidecar was given.',
    },
    fromLog,
    fromOtlp,
    json,
  ],
});

export const digestSpec = spec({
  command: `${PROGRAM} digest`,
  describe:
    'Prints the digest that records have of a value, for --digest of show and export, or of a caller, for --caller: the text in FILE, without one newline at its end.\nExit: 0; 2 usage; 3 the key or the value cannot be read.',
  operands: [{ name: 'FILE', required: true, describe: 'The value; /dev/stdin for standard input.' }],
  flags: [
    {
      name: 'digest-key',
      env: 'LLM_BOUNDARY_AUDIT_DIGEST_KEY',
      kind: 'text',
      value: 'FILE',
      required: true,
      describe: 'The key file of the sidecars (--audit-digest-key).',
    },
    {
      name: 'issuer',
      env: 'LLM_BOUNDARY_AUDIT_DIGEST_ISSUER',
      kind: 'text',
      value: 'ISSUER',
      describe:
        'FILE holds the subject of a caller that this issuer of callers.jwt vouches for: the digest is for --caller.',
    },
    { ...json, describe: 'FILE holds the value as JSON: a number, true, a list. Default: it holds text.' },
  ],
});
