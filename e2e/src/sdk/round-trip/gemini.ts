import { GoogleGenAI, type Content, type Part } from '@google/genai';

import type { Script } from '../../process/upstream.ts';
import { GO_ON, PLACE, pieces, spliced, TOOL, type Conversation, type Said } from './conversation.ts';

const SIGNATURE = 'Y2lnbmF0dXJlT2ZUaGVTZXJ2ZXI=';

function server(said: Said): Script {
  return ({ path }, response) => {
    const chunk = (part: object, isLast: boolean): object => ({
      candidates: [
        { index: 0, content: { role: 'model', parts: [part] }, ...(isLast ? { finishReason: 'STOP' } : {}) },
      ],
      usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 5, totalTokenCount: 14 },
      modelVersion: 'm',
    });
    const call = { functionCall: { name: TOOL, args: PLACE }, thoughtSignature: SIGNATURE };
    const texts = said.kind === 'text' && path.includes('streamGenerate') ? pieces(said.text) : [said.text];
    const bodies =
      said.kind === 'call'
        ? [spliced(chunk(call, true), said.text)]
        : texts.map((text, at) => JSON.stringify(chunk({ text }, at === texts.length - 1)));
    if (path.includes('streamGenerate')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(bodies.map((body) => `data: ${body}\r\n\r\n`).join(''));
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(bodies[0]);
  };
}

export const GEMINI: Conversation = {
  name: '@google/genai',
  server,
  begin: async (origin, { stream, asJson, text = GO_ON }) => {
    const { models } = new GoogleGenAI({ apiKey: 'test', httpOptions: { baseUrl: origin } });
    const asked: Content[] = [{ role: 'user', parts: [{ text }] }];
    const turn = async (contents: Content[]): Promise<Part[]> => {
      const config = {
        tools: [{ functionDeclarations: [{ name: TOOL }] }],
        ...(asJson ? { responseMimeType: 'application/json', responseJsonSchema: { type: 'object' } } : {}),
      };
      const request = { model: 'm', contents, config };
      if (!stream) return (await models.generateContent(request)).candidates?.[0]?.content?.parts ?? [];
      const parts: Part[] = [];
      for await (const chunk of await models.generateContentStream(request))
        parts.push(...(chunk.candidates?.[0]?.content?.parts ?? []));
      return parts;
    };
    const textOf = (parts: readonly Part[]): string => parts.map(({ text = '' }) => text).join('');
    const parts = await turn(asked);
    const calls = parts.flatMap(({ functionCall }) => (functionCall === undefined ? [] : [functionCall]));
    const results = calls.map(() => ({ functionResponse: { name: TOOL, response: { output: 'sent' } } }));
    return {
      text: textOf(parts),
      calls: calls.map(({ args }) => args),
      goOn: async () => {
        const next = results.length > 0 ? results : [{ text: 'And then?' }];
        return textOf(await turn([...asked, { role: 'model', parts }, { role: 'user', parts: next }]));
      },
    };
  },
};
