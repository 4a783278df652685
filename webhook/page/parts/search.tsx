import type { JSX } from 'preact';

/** The field that filters the table below it. */
export function Search({
  query,
  onQuery,
  placeholder,
}: {
  readonly query: string;
  readonly onQuery: (query: string) => void;
  readonly placeholder: string;
}): JSX.Element {
  return (
    <label class="search">
      <span>Filter</span>
      <input
        type="search"
        value={query}
        placeholder={placeholder}
        onInput={({ currentTarget }) => onQuery(currentTarget.value)}
      />
    </label>
  );
}
