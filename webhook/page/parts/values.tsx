import type { PolicyValue } from '@llm-boundary/webhook/console/api-policies';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { Search } from './search.tsx';
import { Table } from './table.tsx';

function isOwn({ from }: PolicyValue): boolean {
  return from.some((layer) => layer !== 'default');
}

/** Each value of an effective policy and who set it. Defaults are left out until they are asked for. */
export function Values({ values }: { readonly values: readonly PolicyValue[] }): JSX.Element {
  const [query, setQuery] = useState('');
  // Of the built-in policy all are.
  const [hasDefaults, setDefaults] = useState(!values.some(isOwn));
  const rows = values.filter(
    (value) => (hasDefaults || isOwn(value)) && `${value.path} ${value.value}`.includes(query.trim()),
  );
  return (
    <>
      <div class="tools">
        <Search query={query} onQuery={setQuery} placeholder="egress.pii" />
        <label class="check">
          <input
            type="checkbox"
            checked={hasDefaults}
            onChange={({ currentTarget }) => setDefaults(currentTarget.checked)}
          />
          <span>Show defaults</span>
        </label>
        <span class="count">
          {rows.length} of {values.length}
        </span>
      </div>
      {rows.length === 0 ? (
        <p class="note">No value matches.</p>
      ) : (
        <Table
          caption="Values of the effective policy and the layers that set them"
          rows={rows}
          keyOf={({ path }) => path}
          columns={[
            { head: 'Key', cell: ({ path }) => <span class="code">{path}</span> },
            { head: 'Value', cell: ({ value }) => <span class="code wrap">{value}</span> },
            { head: 'Set by', cell: ({ from }) => from.join(', ') },
          ]}
        />
      )}
    </>
  );
}
