/** Routes of Gemini, a request, and chunks of its reply. */
export const SSE = '/v1beta/models/m:streamGenerateContent?alt=sse';
export const ARRAY = '/v1beta/models/m:streamGenerateContent';
export const WHOLE = '/v1beta/models/m:generateContent';
export const ASKED = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] };
export const END = chunk(said(''), { finishReason: 'STOP' });

export function said(text: string): readonly object[] {
  return [{ text }];
}

export function chunk(parts: readonly object[], more: object = {}, root: object = {}): object {
  const candidates = [{ index: 0, content: { role: 'model', parts }, ...more }];
  return {
    candidates,
    usageMetadata: { promptTokenCount: 1, totalTokenCount: 2 },
    modelVersion: 'm',
    responseId: 'r',
    ...root,
  };
}
