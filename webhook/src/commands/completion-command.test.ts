import { completionCommand } from './completion-command.ts';
import { SERVE_SPEC } from './serve-flags.ts';

function printed(...argv: readonly string[]): string {
  const texts: string[] = [];
  expect(completionCommand(argv, {}, { out: (text) => void texts.push(text) })).toBe(0);
  return texts.join('');
}

it.each([
  [['ksh'], /SHELL "ksh": expected bash, zsh, fish/],
  [[], /SHELL is missing; expected bash or zsh or fish in llm-boundary-webhook completion SHELL/],
])('%j is a usage error', (argv, message) => {
  expect(() => printed(...argv)).toThrow(message);
});

it.each(['bash', 'zsh', 'fish'])('%s completes every command, and its flags', (shell) => {
  const script = printed(shell);
  for (const { name } of SERVE_SPEC.commands) expect(script).toMatch(new RegExp(`\\b${name}\\b`));
  expect(script).toMatch(/system-namespace/);
  expect(script).toMatch(/'table json'/);
});
