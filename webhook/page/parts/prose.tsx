import type { JSX } from 'preact';

/** A sentence of the reference: what stands between backticks is set as code. */
export function Prose({ text }: { readonly text: string }): JSX.Element {
  return <>{text.split('`').map((part, at) => (at % 2 === 0 ? part : <code key={at}>{part}</code>))}</>;
}
