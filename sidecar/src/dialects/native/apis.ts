import type { NativeApi } from './api.ts';
import { readTensors } from './tensors.ts';

const CUMULATIVE =
  'must be false: the frames of such a stream repeat the text from its beginning and cannot be inspected';

/** TGI's `POST /generate`, https://huggingface.co/docs/text-generation-inference, and SGLang's native API on the same path. */
const generate: NativeApi = {
  id: 'generate',
  operation: 'text_completion',
  routes: [{ path: /^\/generate$/, stream: null }],
  inputs: ['inputs', 'text', 'prompt'],
  texts: ['generated_text', 'text'],
  repeats: ['tokens', 'prefill', 'top_tokens', 'output_token_logprobs', 'output_top_logprobs'],
  tokens: ['output_ids'],
  unstreamed: CUMULATIVE,
  last: null,
  usage: ['prompt_tokens', 'completion_tokens'],
  empty: () => ({ generated_text: '', text: '' }),
};

/** TGI's `POST /generate_stream`. */
const generateStream: NativeApi = {
  ...generate,
  routes: [{ path: /^\/generate_stream$/, stream: true }],
  texts: ['generated_text'],
  piece: ['token', 'text'],
  repeats: ['top_tokens'],
  unstreamed: null,
  last: 'generated_text',
  usage: ['input_length', 'generated_tokens'],
  empty: () => ({
    index: 0,
    token: { id: 0, text: '', logprob: 0, special: true },
    generated_text: '',
    details: null,
  }),
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
  unstreamed: null,
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
  unstreamed: null,
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
  unstreamed: null,
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
  unstreamed: null,
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
  llamacpp,
  triton,
  kserve,
  texts,
  vectors,
];
