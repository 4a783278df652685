import type { Operation, Prompt, ToolOffer } from '../../exchange/index.ts';
import { BodyReader, type JsonObject, type Place } from '../json/index.ts';
import { readWanted } from '../openai/limits.ts';
import { ToolResults } from '../tool-results.ts';
import { requireExactFields } from './fields.ts';
import { readMessage } from './message.ts';

/** The body of `POST /api/chat`. Without messages it only loads the model. @throws Malformed */
export function readChat(body: JsonObject): Prompt {
  const reader = new BodyReader(body);
  const { root } = reader;
  const head = readHead(root);
  const results = new ToolResults();
  const calls = root.objects('messages').flatMap((message) => readMessage(message, 'user', results));
  const offers = root.each('tools', readOffer);
  return { ...finish(reader, 'chat', { ...head, calls, offers }), ...results.asMember() };
}

/** The body of `POST /api/generate`. @throws Malformed */
export function readGenerate(body: JsonObject): Prompt {
  const reader = new BodyReader(body);
  const { root } = reader;
  const head = readHead(root);
  root.text('system', 'system', 'content');
  root.text('template', 'system', 'content');
  root.text('prompt', 'user', 'content');
  root.text('suffix', 'user', 'content');
  root.medium('images', 'image');
  // An earlier exchange, as token IDs.
  if ((root.array('context') ?? []).length > 0) root.medium('context', 'opaque');
  return finish(reader, 'text_completion', { ...head, calls: [], offers: [] });
}

/** The bodies of `POST /api/embed` (`input`) and `POST /api/embeddings` (`prompt`). @throws Malformed */
export function readEmbed(body: JsonObject): Prompt {
  const reader = new BodyReader(body);
  const { root } = reader;
  const head = readHead(root);
  if (Array.isArray(root.get('input'))) root.texts('input', 'user', 'content');
  else root.text('input', 'user', 'content');
  root.text('prompt', 'user', 'content');
  return { ...finish(reader, 'embeddings', { ...head, calls: [], offers: [] }), stream: false };
}

/** The body of `POST /api/show`: `name` is an older name of `model`. @throws Malformed */
export function readShow(body: JsonObject): Prompt {
  const reader = new BodyReader(body);
  const { root } = reader;
  requireExactFields(root);
  const [model = null, other = model] = ['model', 'name'].flatMap((key) => root.label(key) ?? []);
  root.text('system', 'system', 'content');
  root.text('template', 'system', 'content');
  const alternatives = other === null || other === model ? [] : [other];
  const head = { model, alternatives, stream: false, maxOutputTokens: null };
  return finish(reader, 'generate_content', { ...head, calls: [], offers: [] });
}

type Head = Pick<Prompt, 'model' | 'alternatives' | 'stream' | 'maxOutputTokens' | 'choices'>;

/** Members common to all requests. */
function readHead(root: Place): Head {
  requireExactFields(root);
  if (root.has('_debug_render_only')) {
    throw root.malformed('_debug_render_only', 'must be omitted: with it the reply repeats the whole prompt');
  }
  if (typeof root.get('format') === 'object') root.leaves('format', 'system', 'tool_definition');
  return {
    model: root.requiredLabel('model'),
    // The server streams by default.
    stream: root.boolean('stream') ?? true,
    ...readWanted(root),
  };
}

function readOffer(tool: Place): readonly ToolOffer[] {
  const offered = requireExactFields(requireExactFields(tool).requiredObject('function'));
  offered.text('description', 'system', 'tool_definition');
  offered.leaves('parameters', 'system', 'tool_definition');
  return [
    {
      pointer: tool.pointer,
      name: offered.requiredLabel('name'),
      builtin: false,
      schema: offered.get('parameters') ?? undefined,
    },
  ];
}

function finish(
  reader: BodyReader,
  operation: Operation,
  read: Head & Pick<Prompt, 'calls' | 'offers'>,
): Prompt {
  reader.sweep('user');
  return {
    ...read,
    operation,
    segments: reader.segments,
    choice: { kind: 'auto' },
    media: reader.media,
  };
}
