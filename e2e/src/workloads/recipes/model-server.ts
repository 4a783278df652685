import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

import { chatCompletion } from './openai-model.ts';
import { serving, untilTerminated } from './served.ts';

/**
 * Stands in for `vllm serve` and for KServe's Hugging Face server: health, and chat completions without streams, by a model that obeys
 * everything it reads. Other options of theirs are taken and do nothing.
 */
const { values } = parseArgs({
  strict: false,
  args: process.argv.slice(2),
  options: {
    'served-model-name': { type: 'string' },
    model_name: { type: 'string' },
    port: { type: 'string' },
  },
});
const isKserve = typeof values.model_name === 'string';
const model = String(values['served-model-name'] ?? values.model_name ?? 'model');

createServer(
  serving((route, body) => {
    if (/^GET \/(health|v2\/health\/ready|v2\/health\/live)?$/.test(route))
      return Promise.resolve({ body: { status: 'ok' } });
    const isChat = route === `POST ${isKserve ? '/openai' : ''}/v1/chat/completions`;
    return Promise.resolve(isChat ? chatCompletion(body, model) : null);
  }),
).listen(Number(values.port ?? (isKserve ? 8080 : 8000)), '0.0.0.0');
untilTerminated();
