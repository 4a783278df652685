import type { LabProblem } from '@llm-boundary/webhook/console/api-policies';
import type { JSX, Ref } from 'preact';
import { useImperativeHandle, useRef } from 'preact/hooks';

import { offsetOf } from '../text/position.ts';

export interface EditorHandle {
  /** Moves the cursor there and the focus into the editor; both from 1. */
  readonly goTo: (line: number, column: number) => void;
}

/**
 * A text area with numbers of lines. Tab leaves it, as everywhere on the page: the keyboard must get out of it.
 */
export function Editor({
  ref,
  label,
  value,
  onChange,
  problems,
  rows = 24,
  placeholder,
}: {
  readonly ref: Ref<EditorHandle>;
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly problems: readonly LabProblem[];
  readonly rows?: number;
  readonly placeholder?: string;
}): JSX.Element {
  const area = useRef<HTMLTextAreaElement>(null);
  const numbers = useRef<HTMLPreElement>(null);
  useImperativeHandle(ref, () => ({
    goTo: (line, column) => {
      const element = area.current;
      if (element === null) return;
      const offset = offsetOf(element.value, line, column);
      element.focus();
      element.setSelectionRange(offset, offset);
    },
  }));
  const bad = new Set(problems.map(({ line }) => line));
  return (
    <label class="editor">
      <span>{label}</span>
      <span class="editor-box">
        <pre ref={numbers} aria-hidden="true" class="editor-numbers">
          {value.split('\n').map((_, at) => (
            <span key={at} class={bad.has(at + 1) ? 'bad' : undefined}>{`${at + 1}\n`}</span>
          ))}
        </pre>
        <textarea
          ref={area}
          rows={rows}
          placeholder={placeholder}
          wrap="off"
          spellcheck={false}
          autocomplete="off"
          value={value}
          aria-invalid={problems.length > 0}
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
          onScroll={({ currentTarget }) => {
            if (numbers.current !== null) numbers.current.scrollTop = currentTarget.scrollTop;
          }}
        />
      </span>
    </label>
  );
}
