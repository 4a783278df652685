import { isArray, isObject, type JsonValue, type Place } from '../json/index.ts';
import { CAPS } from '../openai/limits.ts';
import type { RequestDraft } from './api.ts';

/** More numbers than this are not settings but tokens, embeddings or pixels. */
const SETTINGS = 16;

/**
 * The tensors of an inference request (Open Inference Protocol V2: `name`, `shape`, `datatype`, `data`), and the instances of V1. Their
 * texts are judged; numbers, which no detector reads, count as media unless they are few, and as a token cap if the tensor has the name of
 * one.
 */
export function readTensors(root: Place, draft: RequestDraft): void {
  for (const tensor of root.objects('inputs')) {
    const data = tensor.get('data');
    const numbers = numbersIn(data);
    const name = tensor.label('name') ?? '';
    if (CAPS.some((cap) => cap === name)) {
      const caps = numbers.map((cap) => (cap < 0 ? Infinity : cap));
      draft.maxOutputTokens = Math.max(draft.maxOutputTokens ?? 0, ...caps);
    }
    if (numbers.length >= SETTINGS) tensor.unknownMember('data', 'opaque');
    tensor.leaves('data', 'user', 'content');
  }
  if (numbersIn(root.get('instances')).length >= SETTINGS) root.unknownMember('instances', 'opaque');
  root.leaves('instances', 'user', 'content');
}

function numbersIn(value: JsonValue): readonly number[] {
  if (typeof value === 'number') return [value];
  if (isArray(value)) return value.flatMap(numbersIn);
  return isObject(value) ? Object.values(value).flatMap(numbersIn) : [];
}
