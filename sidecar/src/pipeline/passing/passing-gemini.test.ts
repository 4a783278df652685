import { ARRAY, ASKED, END, SSE, WHOLE, chunk, said } from '../testing/gemini-chunk.ts';
import { expectPassed, expectTaken, sse } from '../testing/passing.ts';

describe('a reply of Gemini', () => {
  it.each<[string, object]>([
    ['text', chunk(said('Hi'))],
    ['an empty role', { candidates: [{ content: { role: '', parts: said('a') } }] }],
    ['no role', { candidates: [{ content: { parts: said('a') } }] }],
    ['a role as a number', { candidates: [{ content: { role: 1, parts: said('a') } }] }],
    ['no parts', { candidates: [{ content: { role: 'model' }, finishReason: 'MAX_TOKENS' }] }],
    ['parts of null', { candidates: [{ content: { role: 'model', parts: null }, finishReason: 'STOP' }] }],
    [
      'content of null',
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
    ['no content', { candidates: [{ finishReason: 'RECITATION', index: 0 }] }],
    ['content as a string', { candidates: [{ content: 'Hi' }] }],
    [
      'a blocked prompt',
      {
        promptFeedback: { blockReason: 'PROHIBITED_CONTENT', safetyRatings: [] },
        usageMetadata: { promptTokenCount: 1, totalTokenCount: 1 },
        modelVersion: 'm',
      },
    ],
    [
      'a blocked prompt with a message',
      { promptFeedback: { blockReason: 'OTHER', blockReasonMessage: 'no' } },
    ],
    ['candidates of null', { candidates: null, usageMetadata: { totalTokenCount: 1 } }],
    ['no candidates', { candidates: [] }],
    ['usage alone', { usageMetadata: { promptTokenCount: 1 } }],
    ['nothing', {}],
    ['feedback of null', { promptFeedback: null, candidates: [{ content: { parts: said('a') } }] }],
    ['a part of null', { candidates: [{ content: { parts: [null, { text: 'a' }] } }] }],
    ['a part as a string', { candidates: [{ content: { parts: ['a'] } }] }],
    ['an empty part', { candidates: [{ content: { parts: [{}] } }] }],
    ['one part without a list', { candidates: [{ content: { parts: { text: 'a' } } }] }],
    ['a text of null', { candidates: [{ content: { parts: [{ text: null }] } }] }],
    ['a text as a number', { candidates: [{ content: { parts: [{ text: 5 }] } }] }],
    [
      'a thought, then text with a signature',
      chunk([
        { text: 'hm', thought: true },
        { text: 'a', thoughtSignature: 'QUJD'.repeat(500) },
      ]),
    ],
    ['a signature beside an empty text', chunk([{ thoughtSignature: 'QUJD', text: '' }])],
    ['thought as a string', chunk([{ text: 'a', thought: 'true' }])],
    ['a call', chunk([{ functionCall: { name: 'f', args: { a: 1 } } }])],
    [
      'a call with an id and a signature',
      chunk([{ functionCall: { id: '1', name: 'f', args: {} }, thoughtSignature: 'QUJD' }]),
    ],
    ['a call with arguments of null', chunk([{ functionCall: { name: 'f', args: null } }])],
    ['a call without arguments', chunk([{ functionCall: { name: 'f' } }])],
    ['a call with arguments as a string', chunk([{ functionCall: { name: 'f', args: '{"a":1}' } }])],
    ['a call with arguments cut short', chunk([{ functionCall: { name: 'f', args: '{"a":' } }])],
    ['a call with arguments as a list', chunk([{ functionCall: { name: 'f', args: [1] } }])],
    ['a call of null', chunk([{ functionCall: null, text: 'a' }])],
    [
      'two calls',
      chunk([{ functionCall: { name: 'f', args: {} } }, { functionCall: { name: 'f', args: { a: 1 } } }]),
    ],
    ['a call beside text in one part', chunk([{ text: 'a', functionCall: { name: 'f', args: {} } }])],
    [
      'a call in one piece of partialArgs',
      chunk([{ functionCall: { name: 'f', partialArgs: [{ jsonPath: '$.a', stringValue: 'x' }] } }]),
    ],
    [
      'a call in one piece that does not continue',
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
    [
      'a whole call that does not continue',
      chunk([{ functionCall: { name: 'f', args: {}, willContinue: false } }]),
    ],
    [
      'partialArgs of null',
      chunk([{ functionCall: { name: 'f', args: { a: 1 }, partialArgs: null, willContinue: null } }]),
    ],
    ['empty partialArgs', chunk([{ functionCall: { name: 'f', args: { a: 1 }, partialArgs: [] } }])],
    ['an image', chunk([{ inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }])],
    ['a file of text', chunk([{ inlineData: { mimeType: 'text/plain', data: 'SGVsbG8=' } }])],
    ['a file by URI', chunk([{ fileData: { fileUri: 'gs://b/o', mimeType: 'image/png' } }])],
    [
      'speech',
      chunk([{ inlineData: { mimeType: 'audio/L16;codec=pcm;rate=24000', data: 'AAD//w=='.repeat(300) } }]),
    ],
    [
      'code and its result',
      chunk([
        { executableCode: { language: 'PYTHON', code: 'print(1)' } },
        { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1\n' } },
      ]),
    ],
    [
      'a result of code of null',
      chunk([{ codeExecutionResult: { outcome: 'OUTCOME_FAILED', output: null } }]),
    ],
    ['a part of an unknown kind', chunk([{ hologram: { x: 'y' } }])],
    [
      'sources of a search',
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
      'a citation',
      chunk(said('a'), {
        citationMetadata: {
          citationSources: [{ startIndex: 0, endIndex: 1, uri: 'https://docs.example.com' }],
        },
      }),
    ],
    [
      'logprobs with alternatives',
      chunk(said('a'), {
        avgLogprobs: -0.1,
        logprobsResult: {
          chosenCandidates: [{ token: 'a', logProbability: -0.1, tokenId: 1 }],
          topCandidates: [{ candidates: [{ token: 'a', logProbability: -1 }] }],
        },
      }),
    ],
    ['logprobs of null', chunk(said('a'), { logprobsResult: null })],
    [
      'a message beside the reason to stop',
      chunk(said('a'), {
        finishReason: 'MALFORMED_FUNCTION_CALL',
        finishMessage: 'Malformed function call: print(x)',
      }),
    ],
    ['an empty reason to stop', chunk(said('a'), { finishReason: '' })],
    ['a reason to stop as a number', chunk(said('a'), { finishReason: 1 })],
    ['a reason to stop of a later API', chunk(said('a'), { finishReason: 'UNEXPECTED_TOOL_CALL' })],
    ['no index', { candidates: [{ content: { parts: said('a') } }] }],
    ['an index as a string', { candidates: [{ index: '0', content: { parts: said('a') } }] }],
    ['a negative index', { candidates: [{ index: -1, content: { parts: said('a') } }] }],
    ['an index of null', { candidates: [{ index: null, content: { parts: said('a') } }] }],
    [
      'usage below zero, as a string and as a fraction',
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
    ['usage of null', chunk(said('a'), {}, { usageMetadata: null })],
    ['usage as a list', chunk(said('a'), {}, { usageMetadata: [] })],
    ['a model as a number', chunk(said('a'), {}, { modelVersion: 1, responseId: 2 })],
    ['ratings of null', chunk(said('a'), { safetyRatings: null })],
    ['ratings of other forms', chunk(said('a'), { safetyRatings: [null, 'x', { category: 1 }] })],
    ['ratings as an object', chunk(said('a'), { safetyRatings: { category: 'X' } })],
    [
      'citations and sources of null',
      chunk(said('a'), { citationMetadata: null, groundingMetadata: null, urlContextMetadata: null }),
    ],
    ['an error', { error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } }],
    ['an error as a string', { error: 'x' }],
  ])('passes as it came, whole and in each framing: %s', (_name, reply) => {
    expectPassed({ path: WHOLE, request: ASKED, response: reply });
    expectPassed({ path: SSE, request: ASKED, response: sse(reply) + sse(END) });
    const response = `[${JSON.stringify(reply)}\n,\r\n${JSON.stringify(END)}\n]`;
    expectPassed({ path: ARRAY, request: ASKED, response, contentType: 'application/json' });
  });
});

describe('a request of Gemini', () => {
  it.each<[string, object]>([
    ['instructions as a string', { systemInstruction: 'x' }],
    ['contents as a string', { contents: 'hi' }],
    ['one content without a list', { contents: { parts: [{ text: 'a' }] } }],
    ['contents as strings', { contents: ['hi'] }],
    ['one tool without a list', { tools: { functionDeclarations: [{ name: 'f' }] } }],
    ['a mode in small letters', { toolConfig: { functionCallingConfig: { mode: 'auto' } } }],
    ['a mode as a number', { toolConfig: { functionCallingConfig: { mode: 1 } } }],
    ['an unknown mode', { toolConfig: { functionCallingConfig: { mode: 'X' } } }],
    [
      'arguments in pieces asked for',
      { toolConfig: { functionCallingConfig: { streamFunctionCallArguments: true } } },
    ],
    ['a maximum of -1', { generationConfig: { maxOutputTokens: -1 } }],
    ['a maximum as a string', { generationConfig: { maxOutputTokens: '9' } }],
    [
      'null in optional members',
      {
        generationConfig: null,
        tools: null,
        toolConfig: null,
        systemInstruction: null,
        safetySettings: null,
      },
    ],
    [
      'partialArgs in the history',
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
      'a call in pieces in the history',
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
      'arguments in the history of null',
      { contents: [{ role: 'model', parts: [{ functionCall: { name: 'f', args: null } }] }] },
    ],
    [
      'arguments in the history cut short',
      { contents: [{ role: 'model', parts: [{ functionCall: { name: 'f', args: '{"a":' } }] }] },
    ],
    ['a text of null', { contents: [{ parts: [{ text: null }] }] }],
    ['parts of null', { contents: [{ role: 'model', parts: null }] }],
    ['one part without a list', { contents: [{ role: 'user', parts: { text: 'a' } }] }],
    [
      'results of functions, one of null',
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
      'a function with parameters of null',
      { tools: [{ functionDeclarations: [{ name: 'f', parameters: null, behavior: 'BLOCKING' }] }] },
    ],
    ['a tool in snake case', { tools: [{ google_search: {} }] }],
    ['a text as a number', { contents: [{ parts: [{ text: 5 }] }] }],
  ])('is taken: %s', (_name, more) => {
    expectTaken(WHOLE, { ...ASKED, ...more });
  });
});
