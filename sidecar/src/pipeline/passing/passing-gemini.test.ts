import { ARRAY, ASKED, END, SSE, WHOLE, chunk, said } from '../testing/gemini-chunk.ts';
import { expectPassed, expectTaken, sse } from '../testing/passing.ts';

describe('a reply of Gemini', () => {
  it.each<[string, object]>([
    ['plain', chunk(said('Hi'))],
    ['role empty', { candidates: [{ content: { role: '', parts: said('a') } }] }],
    ['role absent', { candidates: [{ content: { parts: said('a') } }] }],
    ['role num', { candidates: [{ content: { role: 1, parts: said('a') } }] }],
    ['parts absent', { candidates: [{ content: { role: 'model' }, finishReason: 'MAX_TOKENS' }] }],
    ['parts null', { candidates: [{ content: { role: 'model', parts: null }, finishReason: 'STOP' }] }],
    [
      'content null',
      {
        candidates: [
          {
            content: null,
            finishReason: 'SAFETY',
            safetyRatings: [{ category: 'X', probability: 'HIGH', blocked: true }],
          },
        ],
      },
    ],
    ['content absent', { candidates: [{ finishReason: 'RECITATION', index: 0 }] }],
    ['content str', { candidates: [{ content: 'Hi' }] }],
    [
      'blocked',
      {
        promptFeedback: { blockReason: 'PROHIBITED_CONTENT', safetyRatings: [] },
        usageMetadata: { promptTokenCount: 1, totalTokenCount: 1 },
        modelVersion: 'm',
      },
    ],
    ['blocked msg', { promptFeedback: { blockReason: 'OTHER', blockReasonMessage: 'no' } }],
    ['candidates null', { candidates: null, usageMetadata: { totalTokenCount: 1 } }],
    ['candidates []', { candidates: [] }],
    ['only usage', { usageMetadata: { promptTokenCount: 1 } }],
    ['empty obj', {}],
    ['feedback null', { promptFeedback: null, candidates: [{ content: { parts: said('a') } }] }],
    ['part null', { candidates: [{ content: { parts: [null, { text: 'a' }] } }] }],
    ['part string', { candidates: [{ content: { parts: ['a'] } }] }],
    ['part empty', { candidates: [{ content: { parts: [{}] } }] }],
    ['parts obj', { candidates: [{ content: { parts: { text: 'a' } } }] }],
    ['text null', { candidates: [{ content: { parts: [{ text: null }] } }] }],
    ['text num', { candidates: [{ content: { parts: [{ text: 5 }] } }] }],
    [
      'thought',
      chunk([
        { text: 'hm', thought: true },
        { text: 'a', thoughtSignature: 'QUJD'.repeat(500) },
      ]),
    ],
    ['signature only', chunk([{ thoughtSignature: 'QUJD', text: '' }])],
    ['thought str', chunk([{ text: 'a', thought: 'true' }])],
    ['call', chunk([{ functionCall: { name: 'f', args: { a: 1 } } }])],
    ['call id', chunk([{ functionCall: { id: '1', name: 'f', args: {} }, thoughtSignature: 'QUJD' }])],
    ['call args null', chunk([{ functionCall: { name: 'f', args: null } }])],
    ['call args absent', chunk([{ functionCall: { name: 'f' } }])],
    ['call args str', chunk([{ functionCall: { name: 'f', args: '{"a":1}' } }])],
    ['call args cut', chunk([{ functionCall: { name: 'f', args: '{"a":' } }])],
    ['call args arr', chunk([{ functionCall: { name: 'f', args: [1] } }])],
    ['call null', chunk([{ functionCall: null, text: 'a' }])],
    [
      'two calls',
      chunk([{ functionCall: { name: 'f', args: {} } }, { functionCall: { name: 'f', args: { a: 1 } } }]),
    ],
    ['call in text part', chunk([{ text: 'a', functionCall: { name: 'f', args: {} } }])],
    [
      'partial whole',
      chunk([{ functionCall: { name: 'f', partialArgs: [{ jsonPath: '$.a', stringValue: 'x' }] } }]),
    ],
    [
      'partial whole wc false',
      chunk([
        {
          functionCall: {
            name: 'f',
            partialArgs: [{ jsonPath: '$.a', numberValue: 1 }],
            willContinue: false,
          },
        },
      ]),
    ],
    ['willContinue false', chunk([{ functionCall: { name: 'f', args: {}, willContinue: false } }])],
    [
      'partial null',
      chunk([{ functionCall: { name: 'f', args: { a: 1 }, partialArgs: null, willContinue: null } }]),
    ],
    ['partial []', chunk([{ functionCall: { name: 'f', args: { a: 1 }, partialArgs: [] } }])],
    ['inlineData', chunk([{ inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }])],
    ['inline text', chunk([{ inlineData: { mimeType: 'text/plain', data: 'SGVsbG8=' } }])],
    ['fileData', chunk([{ fileData: { fileUri: 'gs://b/o', mimeType: 'image/png' } }])],
    [
      'audio',
      chunk([{ inlineData: { mimeType: 'audio/L16;codec=pcm;rate=24000', data: 'AAD//w=='.repeat(300) } }]),
    ],
    [
      'code',
      chunk([
        { executableCode: { language: 'PYTHON', code: 'print(1)' } },
        { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1\n' } },
      ]),
    ],
    ['code result null', chunk([{ codeExecutionResult: { outcome: 'OUTCOME_FAILED', output: null } }])],
    ['unknown part', chunk([{ hologram: { x: 'y' } }])],
    [
      'grounding',
      chunk(said('a'), {
        groundingMetadata: {
          searchEntryPoint: {
            renderedContent: '<style>a</style><a href="https://vertexaisearch.cloud.google.com/x">q</a>',
          },
          groundingChunks: [
            {
              web: { uri: 'https://vertexaisearch.cloud.google.com/grounding-api-redirect/AUZ', title: 'x' },
            },
          ],
          webSearchQueries: ['q'],
        },
      }),
    ],
    [
      'citation',
      chunk(said('a'), {
        citationMetadata: {
          citationSources: [{ startIndex: 0, endIndex: 1, uri: 'https://docs.example.com' }],
        },
      }),
    ],
    [
      'avgLogprobs',
      chunk(said('a'), {
        avgLogprobs: -0.1,
        logprobsResult: {
          chosenCandidates: [{ token: 'a', logProbability: -0.1, tokenId: 1 }],
          topCandidates: [{ candidates: [{ token: 'a', logProbability: -1 }] }],
        },
      }),
    ],
    ['logprobs null', chunk(said('a'), { logprobsResult: null })],
    [
      'finishMessage',
      chunk(said('a'), {
        finishReason: 'MALFORMED_FUNCTION_CALL',
        finishMessage: 'Malformed function call: print(x)',
      }),
    ],
    ['finish empty', chunk(said('a'), { finishReason: '' })],
    ['finish num', chunk(said('a'), { finishReason: 1 })],
    ['finish new', chunk(said('a'), { finishReason: 'UNEXPECTED_TOOL_CALL' })],
    ['index absent', { candidates: [{ content: { parts: said('a') } }] }],
    ['index str', { candidates: [{ index: '0', content: { parts: said('a') } }] }],
    ['index neg', { candidates: [{ index: -1, content: { parts: said('a') } }] }],
    ['index null', { candidates: [{ index: null, content: { parts: said('a') } }] }],
    [
      'usage odd',
      chunk(
        said('a'),
        {},
        {
          usageMetadata: {
            promptTokenCount: -1,
            candidatesTokenCount: '5',
            thoughtsTokenCount: 1.5,
            promptTokensDetails: [{ modality: 'TEXT', tokenCount: 1 }],
          },
        },
      ),
    ],
    ['usage null', chunk(said('a'), {}, { usageMetadata: null })],
    ['usage arr', chunk(said('a'), {}, { usageMetadata: [] })],
    ['model num', chunk(said('a'), {}, { modelVersion: 1, responseId: 2 })],
    ['ratings null', chunk(said('a'), { safetyRatings: null })],
    ['ratings odd', chunk(said('a'), { safetyRatings: [null, 'x', { category: 1 }] })],
    ['ratings obj', chunk(said('a'), { safetyRatings: { category: 'X' } })],
    [
      'citation null',
      chunk(said('a'), { citationMetadata: null, groundingMetadata: null, urlContextMetadata: null }),
    ],
    ['error', { error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } }],
    ['error str', { error: 'x' }],
  ])('passes as it came, whole and in each framing: %s', (_name, reply) => {
    expectPassed({ path: WHOLE, request: ASKED, response: reply });
    expectPassed({ path: SSE, request: ASKED, response: sse(reply) + sse(END) });
    const response = `[${JSON.stringify(reply)}\n,\r\n${JSON.stringify(END)}\n]`;
    expectPassed({ path: ARRAY, request: ASKED, response, contentType: 'application/json' });
  });
});

describe('a request of Gemini', () => {
  it.each<[string, object]>([
    ['sys string', { systemInstruction: 'x' }],
    ['contents string', { contents: 'hi' }],
    ['contents obj', { contents: { parts: [{ text: 'a' }] } }],
    ['contents [string]', { contents: ['hi'] }],
    ['tools obj', { tools: { functionDeclarations: [{ name: 'f' }] } }],
    ['tool mode lower', { toolConfig: { functionCallingConfig: { mode: 'auto' } } }],
    ['mode num', { toolConfig: { functionCallingConfig: { mode: 1 } } }],
    ['mode unknown', { toolConfig: { functionCallingConfig: { mode: 'X' } } }],
    ['stream args', { toolConfig: { functionCallingConfig: { streamFunctionCallArguments: true } } }],
    ['stream args whole', { toolConfig: { functionCallingConfig: { streamFunctionCallArguments: true } } }],
    ['max -1', { generationConfig: { maxOutputTokens: -1 } }],
    ['max str', { generationConfig: { maxOutputTokens: '9' } }],
    [
      'gc null',
      {
        generationConfig: null,
        tools: null,
        toolConfig: null,
        systemInstruction: null,
        safetySettings: null,
      },
    ],
    [
      'partial in req',
      {
        contents: [
          {
            role: 'model',
            parts: [{ functionCall: { name: 'f', partialArgs: [{ jsonPath: '$.a', stringValue: 'x' }] } }],
          },
        ],
      },
    ],
    [
      'partial in req wc',
      {
        contents: [
          {
            role: 'model',
            parts: [
              {
                functionCall: {
                  name: 'f',
                  willContinue: true,
                  partialArgs: [{ jsonPath: '$.a', stringValue: 'x', willContinue: true }],
                },
              },
              { functionCall: { partialArgs: [{ jsonPath: '$.a', stringValue: 'y' }], willContinue: true } },
              { functionCall: {} },
            ],
          },
        ],
      },
    ],
    [
      'args null hist',
      { contents: [{ role: 'model', parts: [{ functionCall: { name: 'f', args: null } }] }] },
    ],
    [
      'args cut hist',
      { contents: [{ role: 'model', parts: [{ functionCall: { name: 'f', args: '{"a":' } }] }] },
    ],
    ['text null', { contents: [{ parts: [{ text: null }] }] }],
    ['parts null', { contents: [{ role: 'model', parts: null }] }],
    ['parts obj', { contents: [{ role: 'user', parts: { text: 'a' } }] }],
    [
      'fr parts',
      {
        contents: [
          {
            role: 'user',
            parts: [
              { functionResponse: { name: 'f', response: null } },
              {
                functionResponse: {
                  name: 'f',
                  response: { result: 'x' },
                  willContinue: false,
                  scheduling: 'SILENT',
                },
              },
            ],
          },
        ],
      },
    ],
    [
      'fn decl str schema',
      { tools: [{ functionDeclarations: [{ name: 'f', parameters: null, behavior: 'BLOCKING' }] }] },
    ],
    ['google_search', { tools: [{ google_search: {} }] }],
    ['num text', { contents: [{ parts: [{ text: 5 }] }] }],
  ])('is taken: %s', (_name, more) => {
    expectTaken(WHOLE, { ...ASKED, ...more });
  });
});
