import type { McpNeed, McpUse, ToolCall } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';
import { readAnswer, readContent, readIcons, readTool, type Voice } from './content.ts';
import { readRequestMeta } from './meta.ts';
import { FEATURES } from './methods.ts';

/** Contents of the parameters of a request or notification, besides their text. */
export interface ReadParams {
  readonly uses: McpUse[];
  readonly declared: McpNeed[];
  call: ToolCall | null;
}

/** `params` of the method. Other members are swept up as metadata. @throws Malformed */
export function readParams(method: string, message: Place, voice: Voice): ReadParams {
  const read: ReadParams = { uses: [], declared: [], call: null };
  const params = message.object('params');
  readRequestMeta(params, voice, read.declared);
  const reader = READERS[method];
  if (reader === undefined) return read;
  reader(params ?? message.requiredObject('params'), voice, read);
  return read;
}

type Reader = (params: Place, voice: Voice, read: ReadParams) => void;

const READERS: Readonly<Record<string, Reader>> = {
  initialize(params, voice, { declared }) {
    params.requiredLabel('protocolVersion');
    const capabilities = params.requiredObject('capabilities');
    for (const feature of FEATURES) {
      if (capabilities.has(feature)) declared.push({ feature, pointer: capabilities.at(feature) });
    }
    readIcons(params.requiredObject('clientInfo'), voice);
  },
  'tools/call'(params, voice, read) {
    const { origin } = voice;
    const name = params.requiredLabel('name');
    read.uses.push({ kind: 'tool', name, pointer: params.at('name') });
    // Servers accept only an object: no condition could judge their interpretation of a text or a list.
    params.object('arguments');
    read.call = {
      pointer: params.at('arguments'),
      name,
      arguments: params.argumentObject('arguments', origin),
    };
    readInputResponses(params, voice);
  },
  'prompts/get'(params, voice, { uses }) {
    uses.push({ kind: 'prompt', name: params.requiredLabel('name'), pointer: params.at('name') });
    params.leaves('arguments', voice.origin, 'tool_arguments');
    readInputResponses(params, voice);
  },
  'resources/read'(params, voice, read) {
    useResource(params, voice, read);
    readInputResponses(params, voice);
  },
  'tasks/update': readInputResponses,
  'subscriptions/listen'(params, { origin }, { uses }) {
    const wanted = params.requiredObject('notifications');
    for (const [index, name] of wanted.texts('resourceSubscriptions', origin, 'metadata').entries())
      uses.push({ kind: 'resource', name, pointer: `${wanted.at('resourceSubscriptions')}/${index}` });
  },
  'resources/subscribe': useResource,
  'resources/unsubscribe': useResource,
  'completion/complete'(params, { origin }, { uses }) {
    const ref = params.requiredObject('ref');
    const type = ref.requiredLabel('type');
    if (type === 'ref/prompt') {
      uses.push({ kind: 'prompt', name: ref.requiredLabel('name'), pointer: ref.at('name') });
    } else if (type === 'ref/resource') {
      uses.push({
        kind: 'resource',
        name: ref.requiredText('uri', origin, 'metadata'),
        pointer: ref.at('uri'),
      });
    } else throw ref.malformed('type', 'must be ref/prompt or ref/resource');
    params.leaves('argument', origin, 'tool_arguments');
    params.leaves('context', origin, 'tool_arguments');
  },
  'sampling/createMessage'(params, voice) {
    params.text('systemPrompt', voice.origin, 'content');
    for (const message of params.requiredObjects('messages')) readSpoken(message, voice);
    for (const tool of params.objects('tools')) readTool(tool, voice);
  },
  'elicitation/create'(params, { origin }) {
    params.requiredText('message', origin, 'content');
    params.leaves('requestedSchema', origin, 'content');
  },
  'notifications/message'(params, { origin }) {
    params.leaves('data', origin, 'content');
  },
  'notifications/progress'(params, { origin }) {
    params.text('message', origin, 'content');
  },
};

function useResource(params: Place, { origin }: Voice, { uses }: ReadParams): void {
  const name = params.requiredText('uri', origin, 'metadata');
  uses.push({ kind: 'resource', name, pointer: params.at('uri') });
}

/** Results that the client returns for what the server asked of it, by the keys of the server (2026-07-28, "InputResponses"). */
function readInputResponses(params: Place, voice: Voice): void {
  const responses = params.object('inputResponses');
  if (responses === null) return;
  for (const key of Object.keys(responses.value))
    readAnswer(responses.requiredObject(key), { ...voice, channel: 'tool_result' });
}

/** A message with a role, whose content is one block or, in sampling since 2025-11-25, several. */
export function readSpoken(message: Place, voice: Voice): void {
  const role = message.requiredLabel('role');
  if (role !== 'user' && role !== 'assistant') throw message.malformed('role', 'must be user or assistant');
  if (Array.isArray(message.get('content'))) {
    for (const part of message.objects('content'))
      readContent(part, { ...voice, run: message.at('content') });
  } else readContent(message.requiredObject('content'), voice);
}
