import { TicketDesk } from '../ticket-desk.ts';
import { runTools } from './tool-loop.ts';

/**
 * One task of an agent that has the tools of an MCP server: the first argument. Prints how it ended, with the tools that the server
 * offers, as JSON. Further arguments are a call that is made past the model: a tool and its arguments.
 */
const [, , task = '', direct, given = '{}'] = process.argv;

async function run(): Promise<object> {
  const desk = await TicketDesk.open(process.env['MCP_SERVER_URL'] ?? '');
  try {
    const offered = await desk.tools();
    if (direct !== undefined)
      return await desk.call(direct, JSON.parse(given) as Readonly<Record<string, unknown>>);
    const execute =
      (name: string) =>
      async (args: Readonly<Record<string, string>>): Promise<string> => {
        const { text, error } = await desk.call(name, args);
        return text ?? `failed: ${error ?? ''}`;
      };
    const tools = Object.fromEntries(offered.map((name) => [name, execute(name)]));
    const asked = [{ role: 'user', content: task }];
    return { offered, ...(await runTools('qwen2.5-7b', asked, tools)) };
  } finally {
    await desk.close();
  }
}

const outcome = await run().catch((error: unknown) => ({
  failure: error instanceof Error ? error.message : 'unknown',
}));
process.stdout.write(`${JSON.stringify(outcome)}\n`);
process.exit(0);
