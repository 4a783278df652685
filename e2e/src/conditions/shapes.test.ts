import { Agent, setGlobalDispatcher } from 'undici';

import { ANTHROPIC_SHAPES } from './anthropic-shapes.ts';
import { CHAT_SHAPES } from './chat-shapes.ts';
import { FRAMEWORK_SHAPES } from './framework-shapes.ts';
import { GEMINI_SHAPES } from './gemini-shapes.ts';
import { OUTBOUND_SHAPES } from './outbound-shapes.ts';
import { RESPONSES_SHAPES } from './responses-shapes.ts';
import { MISTRAL_SHAPES, OLLAMA_SHAPES, VLLM_SHAPES } from './server-shapes.ts';
import { Watched, type Shape } from './shape.ts';

// The SDK of Gemini looks Node's dispatcher up in `globalThis`, which is not Node's own in a test.
const dispatcher = new Agent();
setGlobalDispatcher(dispatcher);
afterAll(() => dispatcher.close());

const CLIENTS: Readonly<Record<string, readonly Shape[]>> = {
  'chats of OpenAI': CHAT_SHAPES,
  'responses of OpenAI': RESPONSES_SHAPES,
  anthropic: ANTHROPIC_SHAPES,
  gemini: GEMINI_SHAPES,
  ollama: OLLAMA_SHAPES,
  'openai, to vLLM': VLLM_SHAPES,
  mistral: MISTRAL_SHAPES,
  frameworks: FRAMEWORK_SHAPES,
  'from the pod': OUTBOUND_SHAPES,
};

describe.each(Object.entries(CLIENTS))(
  'the four conditions, of exchanges as an official client sends them: %s',
  (_client, shapes) => {
    let watched: Watched;
    beforeAll(async () => {
      watched = await Watched.start();
    });
    afterAll(() => watched.stop());

    it.each(shapes)('$name', async (shape) => {
      const { breaks, blind = [] } = shape;
      expect(await watched.run(shape)).toEqual({ breaks, blind });
    });
  },
);
