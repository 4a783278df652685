import type { CommandSpec, FlagSpec } from './flags.ts';

/** Shells that have a script. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** A program as its completion sees it. */
export interface Completed {
  /** The program itself: its flags, and its commands with their sentences. */
  readonly program: CommandSpec;
  /** Those commands: the last word of `command` is the name. */
  readonly commands: readonly CommandSpec[];
}

/** A script that the shell reads to complete commands, flags and the values of enums. Ends with a line feed. */
export function completionScript(shell: Shell, completed: Completed): string {
  switch (shell) {
    case 'bash':
      return bash(completed);
    case 'zsh':
      return `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bash(completed)}`;
    case 'fish':
      return fish(completed);
    default:
      return shell satisfies never;
  }
}

function nameOf({ command }: CommandSpec): string {
  return command.split(' ').at(-1) ?? command;
}

function wordsOf({ flags }: CommandSpec): readonly string[] {
  return [
    ...flags.flatMap(({ name, short }) => [...(short === undefined ? [] : [`-${short}`]), `--${name}`]),
    '--help',
  ];
}

function bash({ program, commands }: Completed): string {
  const self = `_${program.command.replaceAll('-', '_')}`;
  const top = [...(program.commands ?? []).map(({ name }) => name), ...wordsOf(program)];
  const enums = commands.flatMap((spec) =>
    spec.flags.flatMap((flag) =>
      (flag.values ?? []).length === 0
        ? []
        : [
            `    ${namesOf(flag)
              .map((name) => `'${nameOf(spec)} ${name}'`)
              .join(' | ')}) words='${(flag.values ?? []).join(' ')}' ;;`,
          ],
    ),
  );
  return [
    `${self}() {`,
    `  local words='${top.join(' ')}'`,
    '  if [ "$COMP_CWORD" -gt 1 ]; then',
    '    case "${COMP_WORDS[1]}" in',
    ...commands.map((spec) => `    ${nameOf(spec)}) words='${choices(spec).join(' ')}' ;;`),
    '    esac',
    '    case "${COMP_WORDS[1]} ${COMP_WORDS[COMP_CWORD-1]}" in',
    ...enums,
    '    esac',
    '  fi',
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    `complete -o default -F ${self} ${program.command}`,
    '',
  ].join('\n');
}

function namesOf({ name, short }: FlagSpec): readonly string[] {
  return short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`];
}

/** Values of the first operand, and the flags. */
function choices(spec: CommandSpec): readonly string[] {
  return [...(spec.operands?.[0]?.values ?? []), ...wordsOf(spec)];
}

function fish({ program, commands }: Completed): string {
  const start = `complete -c ${program.command}`;
  const flagLine = (when: string, flag: FlagSpec): string =>
    [
      `${start} -n '${when}' -l ${flag.name}`,
      ...(flag.short === undefined ? [] : [`-s ${flag.short}`]),
      ...(flag.kind === 'switch'
        ? []
        : (flag.values ?? []).length > 0
          ? [`-x -a '${(flag.values ?? []).join(' ')}'`]
          : ['-r']),
      `-d '${quoted(sentence(flag.describe))}'`,
    ].join(' ');
  return [
    `${start} -l help -d 'Print this help.'`,
    ...(program.commands ?? []).map(
      ({ name, describe }) =>
        `${start} -f -n __fish_use_subcommand -a ${name} -d '${quoted(sentence(describe))}'`,
    ),
    ...program.flags.map((flag) => flagLine('__fish_use_subcommand', flag)),
    ...commands.flatMap((spec) => {
      const when = `__fish_seen_subcommand_from ${nameOf(spec)}`;
      const values = spec.operands?.[0]?.values ?? [];
      return [
        ...(values.length === 0 ? [] : [`${start} -f -n '${when}' -a '${values.join(' ')}'`]),
        ...spec.flags.map((flag) => flagLine(when, flag)),
      ];
    }),
    '',
  ].join('\n');
}

function sentence(text: string): string {
  return /^.*?\.(?= |$)/.exec(text)?.[0] ?? text;
}

/** Within single quotes of fish. */
function quoted(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
}
