import { parseArgs } from 'node:util';

/** Options of the demo. */
export interface DemoOptions {
  /** Exit after the table instead of staying up. */
  readonly once: boolean;
  /** A real OpenAI-compatible server in place of the embedded model; null: the embedded one. */
  readonly upstream: string | null;
  readonly model: string;
}

export const USAGE = `npm start [-- OPTIONS]

Runs an agent without and then with the boundary, shows side by side what happened, and stays up to be tried:
from a page on 127.0.0.1, which sends a prompt of your own to both, or with any client.

  --once             end after the table; 0 only if the unprotected run leaked and the protected one did not
  --upstream URL     let a real OpenAI-compatible server (Ollama, vLLM, …) answer in place of the embedded model
  --model NAME       the model to ask for there (needed with --upstream); a key that the server wants is read from OPENAI_API_KEY
  --help             this text
`;

/** @throws Error with a message for the user */
export function demoOptions(argv: readonly string[]): DemoOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      once: { type: 'boolean', default: false },
      upstream: { type: 'string' },
      model: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { upstream } = values;
  if (upstream !== undefined && !/^https?:\/\/./.test(upstream)) {
    throw new Error(`--upstream ${upstream}: expected a URL such as http://127.0.0.1:11434`);
  }
  if (upstream !== undefined && values.model === undefined)
    throw new Error('--upstream needs --model: which model is to be asked?');
  return { once: values.once, upstream: upstream ?? null, model: values.model ?? 'demo-agent' };
}
