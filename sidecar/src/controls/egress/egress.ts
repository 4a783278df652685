import { createPromptLeakDetector } from '../../detectors/index.ts';
import type { Prompt, Reply } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compiled.ts';
import type { Budget } from '../budget.ts';
import { scanText, type TextRule } from '../scan.ts';
import type { Tally } from '../tally.ts';

/** The rules for everything that the model says in answer to `prompt`. Made once per exchange: prompt leaks depend on it. */
export function egressRules(policy: CompiledPolicy, prompt: Prompt): readonly TextRule[] {
  const { pii, secrets, documents, links, promptLeak, rules } = policy.egress;
  const control = 'egress' as const;
  const made: TextRule[] = [];
  if (secrets !== null) made.push({ ...secrets, control, code: 'secret_detected' });
  if (pii !== null) made.push({ ...pii, control, code: 'sensitive_output' });
  if (links !== null) made.push({ ...links, control, code: 'exfiltration_link' });
  if (documents !== null) made.push({ ...documents, control, code: 'document_leak' });
  if (promptLeak !== null) {
    const texts = prompt.segments.filter(
      (segment) => segment.origin === 'system' && segment.channel === 'content',
    );
    const detector = createPromptLeakDetector(texts.map((segment) => segment.text));
    if (detector !== null) made.push({ ...promptLeak, control, code: 'prompt_leak', detector });
  }
  for (const rule of rules) made.push({ ...rule, control });
  return made;
}

/** May this output leave? Every segment of a whole reply. */
export function judgeEgress(reply: Reply, rules: readonly TextRule[], tally: Tally, budget: Budget): void {
  for (const segment of reply.segments) {
    for (const span of scanText(segment.text, segment.pointer, rules, { tally, budget })) {
      tally.redact({ pointer: segment.pointer, ...span });
    }
  }
}
