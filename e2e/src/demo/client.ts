import type { Scenario } from './scenario.ts';

/** The client's reply, and the actions of its tool runner. */
export interface Received {
  readonly status: number;
  /** The displayed text; for a refusal, its code and message. */
  readonly text: string;
  readonly finish: string | null;
  /** Tools that ran, with their arguments: the client executes the calls in the reply. */
  readonly ran: readonly string[];
  /** The boundary's ID of the exchange; null without a boundary. */
  readonly decision: string | null;
}

interface Choice {
  readonly message?: Delta;
  readonly delta?: Delta;
  readonly finish_reason?: string | null;
}
interface Delta {
  readonly content?: string | null;
  readonly refusal?: string | null;
  readonly tool_calls?: readonly {
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
}

/** Sends a scenario to an OpenAI-compatible server and runs the tools that the reply calls. */
export async function ask(origin: string, model: string, scenario: Scenario): Promise<Received> {
  const response = await fetch(`${origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: scenario.messages, stream: scenario.stream }),
  });
  const body = await response.text();
  const decision = response.headers.get('llm-boundary-decision');
  if (!response.ok) {
    const { error } = JSON.parse(body) as { error: { code: string | null; message: string } };
    return {
      status: response.status,
      text: `${error.code ?? 'error'}: ${error.message}`,
      finish: null,
      ran: [],
      decision,
    };
  }
  const choices = scenario.stream
    ? eventsOf(body).flatMap((event) => event.choices ?? [])
    : (JSON.parse(body) as { choices: Choice[] }).choices;
  const deltas = choices.map((choice) => choice.message ?? choice.delta ?? {});
  return {
    status: response.status,
    text: displayed(deltas),
    finish:
      choices.map((choice) => choice.finish_reason ?? null).findLast((reason) => reason !== null) ?? null,
    ran: deltas
      .flatMap((delta) => delta.tool_calls ?? [])
      .map((call) => `${call.function.name}(${call.function.arguments})`),
    decision,
  };
}

/** A refusal is a text of its own: in a stream it follows what was shown before, which may end without a space. */
export function displayed(deltas: readonly Pick<Delta, 'content' | 'refusal'>[]): string {
  const content = deltas.map((delta) => delta.content ?? '').join('');
  const refusal = deltas.map((delta) => delta.refusal ?? '').join('');
  return `${content}${content === '' || refusal === '' || /\s$/.test(content) ? '' : ' '}${refusal}`;
}

function eventsOf(body: string): { readonly choices?: readonly Choice[] }[] {
  const data = body
    .split('\n')
    .flatMap((line) => (line.startsWith('data: ') && line !== 'data: [DONE]' ? [line.slice(6)] : []));
  return data.map((text) => JSON.parse(text) as { choices?: Choice[] });
}
