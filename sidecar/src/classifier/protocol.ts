import { z } from 'zod';

import type { CompiledClassifier } from '../policy/compile/compiled.ts';

/** An answer that is not of the protocol, or says nothing of the labels of the policy. Its text has none of the answer's. */
export class AnswerInvalid extends Error {
  override readonly name = 'AnswerInvalid';
}

/** The body of a request about one text. */
export function questionOf(text: string, { protocol, model, input }: CompiledClassifier): unknown {
  const named = model === null ? {} : { model };
  switch (protocol) {
    case 'text-classification':
      // TEI cuts texts only where it is told to: what is too long must be an error, since an end that is cut off is judged by none.
      return { inputs: text };
    case 'vllm-classify':
    case 'openai-moderation':
      return { ...named, input: text };
    case 'kserve-v2':
      return { inputs: [{ name: input, shape: [1, 1], datatype: 'BYTES', data: [text] }] };
    default:
      return protocol satisfies never;
  }
}

/** How much the answer is sure of an attack, from 0 to 1. @throws AnswerInvalid */
export function scoreIn(answer: unknown, classifier: CompiledClassifier): number {
  const { protocol } = classifier;
  switch (protocol) {
    case 'text-classification':
      return labelled(read(predictions, answer).flat(), classifier);
    case 'vllm-classify':
      return byClass(probabilities(only(read(classification, answer).data)), classifier);
    case 'openai-moderation':
      return moderated(only(read(moderation, answer).results), classifier);
    case 'kserve-v2':
      return byClass(tensor(read(inference, answer).outputs, classifier), classifier);
    default:
      return protocol satisfies never;
  }
}

const probability = z.number().min(0).max(1);
const prediction = z.object({ label: z.string(), score: probability });
/** TEI gives a list for one text; pipelines give a list of one list. */
const predictions = z.union([
  z.array(prediction).min(1).max(1_000),
  z.array(z.array(prediction).min(1).max(1_000)).length(1),
]);
/** `/classify` of vLLM has `probs`, its `/pooling` has `data` (one list: of a list for each token there is no score). */
const classification = z.object({
  data: z.array(z.union([z.object({ probs: z.array(z.number()) }), z.object({ data: z.array(z.number()) })])),
});
const moderation = z.object({
  results: z.array(
    z.object({ flagged: z.boolean(), category_scores: z.record(z.string(), z.number().nullish()).nullish() }),
  ),
});
const inference = z.object({
  outputs: z.array(
    z.object({
      name: z.string(),
      datatype: z.string(),
      shape: z.array(z.number()),
      data: z.array(z.union([z.number(), z.array(z.number())])),
    }),
  ),
});

type Moderated = z.output<typeof moderation>['results'][number];
type Classified = z.output<typeof classification>['data'][number];
type Tensor = z.output<typeof inference>['outputs'][number];

function read<T>(schema: z.ZodType<T>, answer: unknown): T {
  const { success, data } = schema.safeParse(answer);
  if (!success) throw new AnswerInvalid('the answer is not of the protocol');
  return data;
}

function only<T>(items: readonly T[]): T {
  const [first] = items;
  if (first === undefined || items.length !== 1)
    throw new AnswerInvalid(`${items.length} results for one text`);
  return first;
}

function probabilities(found: Classified): readonly number[] {
  return 'probs' in found ? found.probs : found.data;
}

/** The classes exclude each other, so their scores add up. */
function labelled(
  found: readonly { readonly label: string; readonly score: number }[],
  { labels }: CompiledClassifier,
): number {
  const meant = found.filter(({ label }) => labels?.has(label.trim().toLowerCase()) === true);
  if (meant.length === 0) throw new AnswerInvalid('none of the labels of the policy is in the answer');
  return Math.min(
    1,
    meant.reduce((sum, { score }) => sum + score, 0),
  );
}

function byClass(numbers: readonly number[], classifier: CompiledClassifier): number {
  const { classes, isLogits, protocol } = classifier;
  if (numbers.length !== classes.length)
    throw new AnswerInvalid(`${numbers.length} classes, and the policy names ${classes.length}`);
  const scores = isLogits && protocol === 'kserve-v2' ? softmax(numbers) : numbers;
  if (!scores.every((score) => score >= 0 && score <= 1))
    throw new AnswerInvalid('a score is no probability');
  return labelled(
    classes.map((label, at) => ({ label, score: scores[at] ?? 0 })),
    classifier,
  );
}

function softmax(logits: readonly number[]): readonly number[] {
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((all, power) => all + power, 0);
  return powers.map((power) => power / sum);
}

function tensor(outputs: readonly Tensor[], { output }: CompiledClassifier): readonly number[] {
  const { data, datatype, shape } = only(
    output === null ? outputs : outputs.filter(({ name }) => name === output),
  );
  if (!/^FP(?:16|32|64)$/.test(datatype)) throw new AnswerInvalid('the output tensor has no floats');
  const numbers = data.flat();
  if (shape.reduce((size, side) => size * side, 1) !== numbers.length)
    throw new AnswerInvalid('the output tensor has not the size of its shape');
  return numbers;
}

/** Categories do not exclude each other. */
function moderated({ flagged, category_scores: scores }: Moderated, { labels }: CompiledClassifier): number {
  if (labels === null) return flagged ? 1 : 0;
  const meant = Object.entries(scores ?? {}).flatMap(([label, score]) =>
    labels.has(label.trim().toLowerCase()) && typeof score === 'number' ? [score] : [],
  );
  if (meant.length === 0) throw new AnswerInvalid('none of the labels of the policy is in the answer');
  const most = Math.max(...meant);
  if (!(most >= 0 && most <= 1)) throw new AnswerInvalid('a score is no probability');
  return most;
}
