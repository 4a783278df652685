import type { ServerResponse } from 'node:http';

import { json, sse } from '../../process/upstream.ts';
import { textOf, TOOL, type Turn } from './turn.ts';

/** A turn as content of Gemini's API. */
export function gemini(turn: Turn, response: ServerResponse): void {
  const calls = turn.calls.map((args) => ({ functionCall: { name: TOOL, args } }));
  if (!turn.stream) {
    json(response, chunk(calls.length > 0 ? calls : [{ text: textOf(turn) }], true));
    return;
  }
  const parts: readonly object[] = calls.length > 0 ? calls : turn.pieces.map((text) => ({ text }));
  sse(
    response,
    parts.map((part, index) => ({ data: chunk([part], index === parts.length - 1) })),
  );
}

function chunk(parts: readonly object[], isLast: boolean): object {
  const end = isLast ? { finishReason: 'STOP' } : {};
  return {
    candidates: [{ index: 0, content: { role: 'model', parts }, ...end }],
    usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 5, totalTokenCount: 14 },
    modelVersion: 'm',
  };
}
