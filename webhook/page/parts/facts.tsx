import type { ComponentChildren, JSX } from 'preact';

/** A list of names and values. Entries that are null are left out. */
export function Facts({
  entries,
}: {
  readonly entries: readonly (readonly [string, ComponentChildren] | null)[];
}): JSX.Element {
  return (
    <dl class="facts">
      {entries.map((entry) =>
        entry === null ? null : (
          <div key={entry[0]}>
            <dt>{entry[0]}</dt>
            <dd>{entry[1]}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
