import { startUpstream, type ScriptedUpstream, type Seen } from '../process/upstream.ts';
import { chat } from './replies/chat.ts';
import { gemini } from './replies/gemini.ts';
import { messages } from './replies/messages.ts';
import { ollama } from './replies/ollama.ts';
import { responses } from './replies/responses.ts';
import type { Turn } from './replies/turn.ts';
import { RESULT } from './weather.ts';

/** Replies of a test server. */
export interface Lines {
  /** Its calls while tools are offered and it has no result. */
  readonly calls: Turn['calls'];
  /** Its calls once it was told that a call was not run. Default: none, so that it answers. */
  readonly mended?: Turn['calls'];
  /** Its answer in pieces, once it has a result or has no tools. */
  readonly pieces: Turn['pieces'];
  readonly thought?: Turn['thought'];
}

export const SUNNY: Lines = {
  calls: [{ city: 'Paris' }],
  pieces: ['It is ', 'sun', 'ny in Paris.', ' 🌞'],
};

/** A model server of five APIs: calls the offered tool, and answers once it has a result. */
export function startModelServer(lines: Lines): Promise<ScriptedUpstream> {
  return startUpstream((seen, response) => {
    const turn = turnOf(seen, lines);
    if (seen.path.endsWith('/chat/completions')) chat(turn, response);
    else if (seen.path.endsWith('/responses')) responses(turn, response);
    else if (/\/messages(\?|$)/.test(seen.path)) messages(turn, response);
    else if (/generateContent/i.test(seen.path)) gemini(turn, response);
    else if (seen.path === '/api/chat') ollama(turn, response);
    else response.writeHead(404).end();
  });
}

function turnOf({ body, path }: Seen, { calls, mended = [], pieces, thought }: Lines): Turn {
  const request = JSON.parse(body) as { readonly stream?: boolean; readonly tools?: readonly unknown[] };
  const isAnswered = /"role":"tool"|"function_call_output"|"tool_result"|"functionResponse"/.test(body);
  const isOffered = (request.tools ?? []).length > 0;
  const isDenied = body.includes('This call was not run') && !body.includes(RESULT);
  return {
    // Ollama streams by default.
    stream: (request.stream ?? path === '/api/chat') || path.includes('streamGenerateContent'),
    calls: !isOffered ? [] : isDenied ? mended : isAnswered ? [] : calls,
    pieces,
    ...(thought === undefined ? {} : { thought }),
  };
}
