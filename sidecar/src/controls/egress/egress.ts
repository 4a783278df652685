import { createPromptLeakDetector, type Detector } from '../../detectors/index.ts';
import type { Exchange, Prompt, Reply, Segment } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { Budget } from '../budget.ts';
import { joinedTexts } from '../joined-text.ts';
import { scanText, type TextRule } from '../scan.ts';
import type { Tally } from '../tally.ts';

/** Rules for all output to `prompt`: those of the policy, and leak detection for this prompt. */
export function egressRules(policy: CompiledPolicy, prompt: Prompt): readonly TextRule[] {
  const rules = policyRules(policy);
  const { promptLeak } = policy.egress;
  if (promptLeak === null) return rules;
  const detector = leakDetector(prompt);
  return detector === null
    ? rules
    : [...rules, { control: 'egress', code: 'prompt_leak', detector, ...promptLeak }];
}

/** A stored reply must be compared with the prompt that it answers. */
export function judgeFetch(prompt: Prompt, policy: CompiledPolicy, tally: Tally): void {
  const { promptLeak } = policy.egress;
  const { isFetch = false, instructions = null } = prompt;
  if (!isFetch || instructions !== null || promptLeak === null) return;
  const detail =
    'the prompt that the stored reply answers did not pass here in the background, so that egress.promptLeak cannot compare them; without that rule the reply would pass';
  tally.hit(
    { control: 'egress', rule: 'prompt-leak.fetch', code: 'prompt_leak', pointer: null },
    promptLeak,
    detail,
  );
}

/** Rules for outbound text, independent of the prompt. */
export function policyRules(policy: CompiledPolicy): readonly TextRule[] {
  let rules = RULES.get(policy);
  if (rules === undefined) RULES.set(policy, (rules = makeRules(policy)));
  return rules;
}

/** Cached per policy: a policy is immutable. */
const RULES = new WeakMap<CompiledPolicy, readonly TextRule[]>();

function makeRules(policy: CompiledPolicy): readonly TextRule[] {
  const { pii, secrets, documents, links, rules } = policy.egress;
  const control = 'egress' as const;
  const made: TextRule[] = [];
  if (secrets !== null) made.push({ ...secrets, control, code: 'secret_detected' });
  if (pii !== null) made.push({ ...pii, control, code: 'sensitive_output' });
  if (links !== null) made.push({ ...links, control, code: 'exfiltration_link' });
  if (documents !== null) made.push({ ...documents, control, code: 'document_leak' });
  for (const rule of rules) made.push({ ...rule, control });
  return made;
}

/** A workload repeats its system prompt: the detectors are cached, the oldest are evicted. */
const LEAKS = new Map<string, Detector | null>();
const MAX_LEAKS = 32;
/** Detectors of longer prompts are not cached, to bound memory. UTF-16 code units. */
const MAX_KEPT = 32_768;

/** The system texts of a prompt, which replies must not repeat. */
export function instructionsIn({ segments }: Prompt): readonly string[] {
  const texts: string[] = [];
  for (const { origin, channel, text } of segments)
    if (origin === 'system' && channel === 'content') texts.push(text);
  return texts;
}

function leakDetector(prompt: Prompt): Detector | null {
  const texts = prompt.instructions ?? instructionsIn(prompt);
  if (texts.length === 0) return null;
  const key = texts.join('\0');
  const kept = LEAKS.get(key);
  if (kept !== undefined) return kept;
  const made = createPromptLeakDetector(texts);
  if (key.length > MAX_KEPT) return made;
  const [oldest] = LEAKS.keys();
  if (LEAKS.size >= MAX_LEAKS && oldest !== undefined) LEAKS.delete(oldest);
  LEAKS.set(key, made);
  return made;
}

/** The rules for a text. Thoughts that their server signs keep pseudonyms, since it takes them back unchanged only. */
export function rulesIn(
  { channel }: Pick<Segment, 'channel'>,
  dialect: Exchange['dialect'],
  rules: readonly TextRule[],
): readonly TextRule[] {
  if (channel !== 'reasoning' || dialect !== 'anthropic-messages') return rules;
  return rules.filter(({ restores }) => restores === undefined);
}

/** Judges every segment of a whole reply. */
export function judgeEgress(
  { segments, dialect }: Pick<Reply, 'segments'> & Pick<Exchange, 'dialect'>,
  rules: readonly TextRule[],
  tally: Tally,
  budget: Budget,
): void {
  for (const segment of segments) {
    const own = rulesIn(segment, dialect, rules);
    for (const span of scanText(segment.text, segment.pointer, own, { tally, budget })) {
      tally.redact({ pointer: segment.pointer, ...span });
    }
  }
  for (const joined of joinedTexts(segments)) {
    for (const redaction of joined.scan(rulesIn(joined.first, dialect, rules), { tally, budget }))
      tally.redact(redaction);
  }
}
