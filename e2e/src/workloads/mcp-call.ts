import { TicketDesk, type Called } from './ticket-desk.ts';

/**
 * Calls tools of an MCP server, as its first argument says: a URL; as its second: an array of names and arguments. Prints the tools that
 * were listed and what each call came to, as JSON. A session that cannot be had is `{"failure": …}`.
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
