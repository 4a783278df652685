import type { JSX } from 'preact';

/** A unified difference. Lines keep their signs, so that colour is not all that tells them apart. */
export function Diff({ label, text }: { readonly label: string; readonly text: string }): JSX.Element {
  return (
    <pre class="diff" role="region" aria-label={label} tabIndex={0}>
      {text.split('\n').map((line, at) => (
        <span key={at} class={classOf(line)}>
          {line}
          {'\n'}
        </span>
      ))}
    </pre>
  );
}

function classOf(line: string): string | undefined {
  if (line.startsWith('+++') || line.startsWith('---') || line.startsWith('@@')) return 'diff-head';
  if (line.startsWith('+')) return 'diff-added';
  return line.startsWith('-') ? 'diff-removed' : undefined;
}
