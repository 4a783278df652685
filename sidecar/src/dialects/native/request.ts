import type { Prompt } from '../../exchange/index.ts';
import type { RouteMatch } from '../dialect.ts';
import { Malformed } from '../malformed.ts';
import { BodyReader, type JsonObject } from '../json/index.ts';
import { readInput } from '../openai/input-text.ts';
import { readWanted } from '../openai/limits.ts';
import { withPathModel } from '../path-model.ts';
import type { NativeApi, RequestDraft } from './api.ts';
import { WITHOUT_TOOLS } from '../without-tools.ts';

/** The way out for requests of another server, as {@link NativeApi.isShared} has it. The one shared route is that of TGI. */
const SHARED = "endpoints.pass: ['POST /'] lets requests of another API pass unread";

/** @throws Malformed */
export function readRequest(api: NativeApi, body: JsonObject, match: RouteMatch): Prompt {
  const reader = new BodyReader(body);
  const { root } = reader;
  const { maxOutputTokens, choices, alternatives } = readWanted(root);
  const model = root.label('model');
  const draft: RequestDraft = { maxOutputTokens };
  if (api.isShared === true && api.inputs.every((input) => body[input] === undefined))
    throw new Malformed('', `one of ${api.inputs.join(', ')} is required; ${SHARED}`);
  for (const input of api.inputs) readInput(root, input);
  api.readMore?.(root, draft);
  const stream = match.stream ?? root.flag('stream') ?? false;
  reader.sweep('user');
  const prompt: Prompt = {
    operation: api.operation,
    model,
    alternatives,
    stream,
    maxOutputTokens: draft.maxOutputTokens,
    choices,
    segments: reader.segments,
    ...WITHOUT_TOOLS,
    media: reader.media,
  };
  return withPathModel(prompt, match.model);
}
