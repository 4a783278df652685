import { editScript, parseScript } from './shell.ts';

function words(script: string): readonly (readonly string[])[] | null {
  return parseScript(script)?.map((command) => command.map(({ text }) => text)) ?? null;
}

describe('parseScript', () => {
  it.each([
    ['an unfinished quote', 'vllm serve "m'],
    ['command substitution', 'vllm serve $(cat m)'],
    ['command substitution in quotes', 'vllm serve "$(cat m)"'],
    ['backquotes', 'vllm serve `cat m`'],
    ['a here-document', 'cat <<EOF\nvllm serve\nEOF'],
  ])('does not read %s', (_name, script) => {
    expect(words(script)).toBeNull();
  });

  it.each([
    ['a; b && c || d & e | f', [['a'], ['b'], ['c'], ['d'], ['e'], ['f']]],
    ['a \\\n  b', [['a', 'b']]],
    ['a \'b c\' "d \\" e" f\\ g', [['a', 'b c', 'd " e', 'f g']]],
    ['a # b\nc', [['a'], ['c']]],
    ['a#b', [['a#b']]],
    ['a >log 2>&1 b', [['a', 'b']]],
    ['a &>/dev/null; b', [['a'], ['b']]],
    ['a --port=${PORT:-8000} $X', [['a', '--port=${PORT:-8000}', '$X']]],
    ['a ""', [['a', '']]],
    ['\n\n', []],
  ])('%j', (script, expected) => {
    expect(words(script)).toEqual(expected);
  });
});

describe('$(NAME), which Kubernetes replaces', () => {
  const replaced = new Set(['PORT']);
  const read = (script: string): unknown =>
    parseScript(script, replaced)?.map((command) => command.map(({ text }) => text)) ?? null;

  it.each([
    ['of another variable is command substitution', 'vllm serve --port $(OTHER)'],
    ['with an argument is command substitution', 'vllm serve --port $(PORT 1)'],
    ['that is escaped is command substitution', 'vllm serve --port $$(PORT)'],
    ['in quotes, of another variable', 'vllm serve "$(OTHER)"'],
  ])('%s', (_name, script) => {
    expect(read(script)).toBeNull();
  });

  it.each([
    ['vllm serve --port $(PORT)', [['vllm', 'serve', '--port', '$(PORT)']]],
    ['vllm serve --port="$(PORT)" x', [['vllm', 'serve', '--port=$(PORT)', 'x']]],
    ['a $(PORT)$(PORT); b', [['a', '$(PORT)$(PORT)'], ['b']]],
  ])('%j', (script, expected) => {
    expect(read(script)).toEqual(expected);
  });
});

describe('editScript', () => {
  it.each([
    ['a --port 1 b', [1, 2], 'a b --port 2'],
    ['x; a --port 1 | tee log', [1, 2], 'x; a --port 2 | tee log'],
    ['a --port 1 > log 2>&1 &', [1, 2], 'a --port 2 > log 2>&1 &'],
    ['a \\\n  --port 1 \\\n  b', [1, 2], 'a \\\n  b --port 2'],
  ])('%j without %j', (script, drop, expected) => {
    const command = parseScript(script)?.find(([first]) => first?.text === 'a') ?? [];
    const edited = editScript(script, command, new Set(drop), ['--port', '2']);
    expect(edited).toBe(expected);
  });
});
