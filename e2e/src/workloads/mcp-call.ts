import { TicketDesk, type Called } from './ticket-desk.ts';

/**
 * Calls tools of an MCP server. First argument: a URL; second: an array of names and arguments. Prints the listed tools and the result of
 * each call, as JSON. A failed session is `{"failure": …}`.
 */
const [, , url = '', asked = '[]'] = process.argv;
const calls = JSON.parse(asked) as readonly { readonly tool: string; readonly arguments?: object }[];

async function made(): Promise<object> {
  const desk = await TicketDesk.open(url);
  const tools = await desk.tools();
  const outcomes: Called[] = [];
  for (const call of calls) {
    outcomes.push(await desk.call(call.tool, { ...call.arguments }));
  }
  await desk.close();
  return { tools, calls: outcomes };
}

const outcome = await made().catch((error: unknown) => ({
  failure: error instanceof Error ? error.message : 'unknown',
}));
process.stdout.write(`${JSON.stringify(outcome)}\n`);
// The SDK may keep a stream of notifications open.
process.exit(0);
