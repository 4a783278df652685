/** The replacement for a finding of `rule`: the entity for personal data, else the kind. */
export function replacementFor(rule: string): string {
  const dot = rule.indexOf('.');
  const kind = rule.slice(0, dot);
  switch (kind) {
    case 'pii':
      return `[${rule
        .slice(dot + 1)
        .toUpperCase()
        .replaceAll('-', '_')}]`;
    case 'secret':
      return '[SECRET]';
    case 'link':
      return '[LINK]';
    case 'document':
      return '[DOCUMENT]';
    case 'leak':
      return '[PROMPT]';
    default:
      return '[REDACTED]';
  }
}
