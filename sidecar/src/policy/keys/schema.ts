import { z } from 'zod';

import { action } from './action.ts';
import { audit } from './audit.ts';
import { callers } from './callers/callers.ts';
import { egress } from './egress.ts';
import { endpoints } from './endpoints.ts';
import { ingress } from './ingress.ts';
import { byKey } from '../kinds/key.ts';
import { limits } from './limits.ts';
import { mode } from '../kinds/mode.ts';
import { models } from './models.ts';
import { outbound } from './outbound.ts';
import { state } from './state.ts';
import { fixed, type Rule } from '../kinds/rule.ts';

/**
 * A policy document: one layer. Keys that it omits are left to the other layers; a setting that is
 * named takes its own defaults, and enforces unless it says `observe`.
 */
export const policySchema = z.strictObject({
  version: z
    .literal(1, { error: 'expected 1, the version of this document format' })
    .describe('Version of the document format: 1. Required.'),
  mode: mode.schema,
  models: models.schema.optional().describe('Which models may be asked for.'),
  limits: limits.schema
    .optional()
    .describe('Bounds in size, number and time. The smallest of the layers wins.'),
  endpoints: endpoints.schema.optional().describe('Routes that are not inspected.'),
  callers: callers.schema.optional().describe('Who may call: how callers are verified.'),
  ingress: ingress.schema.optional().describe('What may reach the model.'),
  egress: egress.schema.optional().describe('What may leave the model.'),
  action: action.schema.optional().describe('What the model may do: tools, MCP servers, hosts.'),
  outbound: outbound.schema.optional().describe('LLM APIs that the workload may call through the sidecar.'),
  audit: audit.schema.optional().describe('What is recorded, and where records go.'),
  state: state.schema.optional().describe('What the replicas of a workload count together, and where.'),
});

/** The sections, each a table of keys. */
export const SECTIONS = {
  models,
  limits,
  endpoints,
  callers,
  ingress,
  egress,
  action,
  outbound,
  audit,
  state,
};

/** One layer, with the defaults of its settings. */
export type PolicyDocument = z.output<typeof policySchema>;
/** One layer in its written form. */
export type PolicyInput = z.input<typeof policySchema>;

/** The meet and the canonical form of documents: lists that are sets are sorted without duplicates. */
export const policyRule: Rule<PolicyDocument> = byKey({ version: fixed<1>(), mode, ...SECTIONS });

let jsonSchema: Readonly<Record<string, unknown>> | null = null;

/** JSON Schema (draft 2020-12) of the written form, for editors. */
export function policySchemaJson(): Readonly<Record<string, unknown>> {
  jsonSchema ??= { ...z.toJSONSchema(policySchema, { io: 'input' }), title: 'llm-boundary policy' };
  return jsonSchema;
}
