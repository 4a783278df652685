/** Lines of recorded traffic, and what an exchange of chat completions has in them. */
export function lines(...exchanges: readonly object[]): string {
  return exchanges.map((exchange) => JSON.stringify(exchange)).join('\n');
}

export function chat(content: string, more: object = {}): object {
  return {
    model: 'm',
    messages: [{ role: 'user', content }],
    ...more,
  };
}

export function said(content: string): object {
  return {
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  };
}
