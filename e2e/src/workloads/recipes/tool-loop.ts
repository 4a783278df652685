import type { ChatMessage } from './openai-model.ts';

/** A tool of an agent: what it returns is read by the model. */
export type Tools = Readonly<
  Record<string, (given: Readonly<Record<string, string>>) => Promise<string> | string>
>;

/** How a run has ended. */
export interface Ran {
  /** Names of the tools that were executed, in their order. */
  readonly executed: readonly string[];
  readonly said: string;
  /** The code of the refusal or failure that has ended it; null without one. */
  readonly failure: string | null;
}

/** Turns after which a run ends. */
const TURNS = 8;

interface Reply {
  readonly choices?: readonly {
    readonly message: ChatMessage & { readonly content: string | null };
    readonly finish_reason: string;
  }[];
  readonly error?: { readonly code?: string | number | null; readonly message?: string };
}

/** The loop of an agent over chat completions: calls what the model calls, until it only says something or the model's server refuses. */
export async function runTools(model: string, asked: readonly ChatMessage[], tools: Tools): Promise<Ran> {
  const base = process.env['OPENAI_BASE_URL'] ?? '';
  const messages: object[] = [...asked];
  const executed: string[] = [];
  const offered = Object.keys(tools).map((name) => ({
    type: 'function',
    function: { name, parameters: { type: 'object' } },
  }));
  for (let turn = 0; turn < TURNS; turn += 1) {
    const response = await fetch(`${base}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages, tools: offered }),
    });
    const { choices, error } = (await response.json()) as Reply;
    const [choice] = choices ?? [];
    if (!response.ok || choice === undefined)
      return { executed, said: '', failure: String(error?.code ?? error?.message ?? response.status) };
    const { message } = choice;
    messages.push(message);
    const calls = message.tool_calls ?? [];
    if (calls.length === 0) {
      const said = message.content ?? '';
      return { executed, said, failure: choice.finish_reason === 'stop' ? null : choice.finish_reason };
    }
    for (const { id, function: called } of calls) {
      const tool = tools[called.name];
      if (tool === undefined) throw new Error(`the model calls ${called.name}`);
      const content = await tool(JSON.parse(called.arguments) as Readonly<Record<string, string>>);
      executed.push(called.name);
      messages.push({ role: 'tool', tool_call_id: id, content });
    }
  }
  return { executed, said: '', failure: 'turns' };
}
