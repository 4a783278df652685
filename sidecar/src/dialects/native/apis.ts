import { mirrorsOf } from '../openai/mirrors.ts';
import { partsOf } from '../openai/tolerant.ts';
import type { NativeApi } from './api.ts';
import { readTensors } from './tensors.ts';

/** TGI's `POST /generate`, https://huggingface.co/docs/text-generation-inference, and SGLang's native API on the same path. */
const generate: NativeApi = {
  id: 'generate',
  operation: 'text_completion',
  routes: [{ path: /^\/generate$/, stream: null }],
  inputs: ['inputs', 'text', 'prompt'],
  // SGLang's streams: the first continues from frame to frame.
  texts: ['text', 'generated_text'],
  isCumulative: true,
  repeats: ['tokens', 'prefill', 'top_tokens', 'output_token_logprobs', 'output_top_logprobs'],
  tokens: ['output_ids'],
  last: null,
  usage: ['prompt_tokens', 'completion_tokens'],
  empty: () => ({ generated_text: '', text: '' }),
};

/** TGI's `POST /generate_stream`. */
const generateStream: NativeApi = {
  ...generate,
  routes: [{ path: /^\/generate_stream$/, stream: true }],
  texts: ['generated_text'],
  isCumulative: false,
  piece: ['token', 'text'],
  repeats: ['top_tokens'],
  last: 'generated_text',
  usage: ['input_length', 'generated_tokens'],
  empty: () => ({
    index: 0,
    token: { id: 0, text: '', logprob: 0, special: true },
    generated_text: '',
    details: null,
  }),
};

/** TGI's `POST /`: either of the two, by `stream`; a whole reply is in an array. */
const generateRoot: NativeApi = {
  ...generateStream,
  isShared: true,
  routes: [{ path: /^\/$/, stream: null }],
  repeats: ['tokens', 'prefill', 'top_tokens'],
  empty: (prompt) => (prompt.stream ? generateStream.empty(prompt) : [generate.empty(prompt)]),
};

/** vLLM's `POST /inference/v1/generate`: token IDs in and out, no text. */
const generateTokens: NativeApi = {
  ...generate,
  routes: [{ path: /^\/inference\/v1\/generate$/, stream: null }],
  inputs: [],
  texts: [],
  isCumulative: false,
  repeats: [],
  tokens: ['prompt_logprobs'],
  moreTokens: (root) =>
    partsOf(root, 'choices').flatMap((choice) =>
      mirrorsOf(choice, 'token_ids', 'logprobs', 'routed_experts'),
    ),
  usage: null,
  empty: () => ({ request_id: '', choices: [] }),
};

/** llama.cpp's own completion and fill-in-the-middle, https://github.com/ggml-org/llama.cpp/tree/master/tools/server. */
const llamacpp: NativeApi = {
  id: 'llamacpp',
  operation: 'text_completion',
  routes: [{ path: /^\/(?:completion|infill)$/, stream: null }],
  inputs: ['prompt', 'input_prefix', 'input_suffix'],
  // Files that surround the one to complete.
  readMore: (root) => root.leaves('input_extra', 'document', 'content'),
  texts: ['content'],
  repeats: ['completion_probabilities'],
  tokens: ['tokens'],
  last: 'stop',
  usage: ['tokens_evaluated', 'tokens_predicted'],
  empty: ({ model }) => ({ index: 0, content: '', stop: true, stop_type: 'none', model: model ?? '' }),
};

/** Triton's generate extension, https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_generate.md. */
const triton: NativeApi = {
  id: 'triton',
  operation: 'text_completion',
  routes: [
    { path: /^\/v2\/models\/([\w.-]+)(?:\/versions\/\w+)?\/generate$/, stream: false },
    { path: /^\/v2\/models\/([\w.-]+)(?:\/versions\/\w+)?\/generate_stream$/, stream: true },
  ],
  inputs: ['text_input', 'prompt'],
  texts: ['text_output'],
  repeats: [],
  tokens: ['output_ids', 'token_ids'],
  last: null,
  usage: null,
  empty: ({ model }) => ({ model_name: model ?? '', model_version: '1', text_output: '' }),
};

/** The Open Inference Protocol of KServe and Triton (V2) with tensors of text, and KServe's V1. */
const kserve: NativeApi = {
  id: 'kserve',
  operation: 'text_completion',
  routes: [
    { path: /^\/v2\/models\/([\w.-]+)(?:\/versions\/\w+)?\/infer$/, stream: false },
    { path: /^\/v1\/models\/([\w.-]+):predict$/, stream: false },
  ],
  inputs: [],
  readMore: readTensors,
  texts: [],
  repeats: [],
  tokens: [],
  last: null,
  usage: null,
  empty: ({ model }) => ({ model_name: model ?? '', outputs: [], predictions: [] }),
};

/** Routes of vLLM, SGLang, TEI and llama.cpp with texts as input and scores, ranks, vectors or tokens as output. */
const texts: NativeApi = {
  id: 'texts',
  operation: 'embeddings',
  isOptional: true,
  routes: [
    {
      path: /^(?:\/v[12])?\/(?:tokenize|detokenize|score|rerank|reranking|pooling|classify|moderations)$|^\/apply-template$/,
      stream: false,
    },
  ],
  inputs: [
    'input',
    'inputs',
    'prompt',
    'text',
    'texts',
    'content',
    'query',
    'queries',
    'text_1',
    'text_2',
    'items',
    'tokens',
  ],
  readMore: (root) => root.leaves('documents', 'document', 'content'),
  texts: ['prompt'],
  repeats: [],
  tokens: [],
  last: null,
  usage: null,
  empty: () => ({ data: [], results: [] }),
};

/** Embeddings of TEI and llama.cpp, whose replies are arrays of numbers. */
const vectors: NativeApi = {
  ...texts,
  isOptional: false,
  routes: [{ path: /^\/(?:embed|embed_all|embed_sparse|embedding)$/, stream: false }],
  empty: () => [],
};

export const NATIVE_APIS: readonly NativeApi[] = [
  generate,
  generateStream,
  generateRoot,
  generateTokens,
  llamacpp,
  triton,
  kserve,
  texts,
  vectors,
];
