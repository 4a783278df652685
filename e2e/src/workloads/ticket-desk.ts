import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

/** What a call of a tool came to. */
export interface Called {
  readonly tool: string;
  /** The text of the result; null: there was none. */
  readonly text: string | null;
  /** What the SDK raised, or the text of a result that is an error; null: neither. */
  readonly error: string | null;
}

interface Content {
  readonly type: string;
  readonly text?: string;
}

/** An agent's side of the ticket server, on the official SDK. Owns one session. */
export class TicketDesk {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  /** @param url of the server's endpoint. @throws Error of the SDK where no session can be had */
  static async open(url: string): Promise<TicketDesk> {
    const client = new Client({ name: 'support-desk', version: '1.0.0' });
    const transport = new StreamableHTTPClientTransport(new URL(url));
    await client.connect(transport);
    return new TicketDesk(client);
  }

  async tools(): Promise<readonly string[]> {
    return (await this.#client.listTools()).tools.map(({ name }) => name);
  }

  async call(tool: string, given: Readonly<Record<string, unknown>>): Promise<Called> {
    try {
      const result = await this.#client.callTool({ name: tool, arguments: { ...given } });
      const text = ((result.content ?? []) as readonly Content[]).map((part) => part.text ?? '').join('');
      return result.isError === true ? { tool, text: null, error: text } : { tool, text, error: null };
    } catch (error) {
      return { tool, text: null, error: error instanceof Error ? error.message : 'unknown' };
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
