import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

/** Result of a tool call. */
export interface Called {
  readonly tool: string;
  /** The text of the result; null without one. */
  readonly text: string | null;
  /** The error of the SDK, or the text of an error result; null without one. */
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

  /** @param url of the server's endpoint. @throws Error of the SDK if no session can be opened */
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
