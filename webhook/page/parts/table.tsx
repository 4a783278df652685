import type { ComponentChildren, JSX } from 'preact';

/** One column: its head, and its cell of a row. */
export interface ColumnOf<Row> {
  readonly head: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Digits stand below digits. */
  readonly isNumber?: boolean;
  /** Sorts by it where it is pressed. Absent: it cannot be sorted by. */
  readonly onSort?: () => void;
  readonly sort?: 'ascending' | 'descending' | undefined;
}

function Head<Row>({ column }: { readonly column: ColumnOf<Row> }): JSX.Element {
  const { head, isNumber, onSort, sort } = column;
  return (
    <th scope="col" class={isNumber === true ? 'number' : undefined} aria-sort={sort ?? undefined}>
      {onSort === undefined ? (
        head
      ) : (
        <button type="button" class="sort" onClick={onSort}>
          {head}
          <span aria-hidden="true">{sort === undefined ? '' : sort === 'ascending' ? ' ↑' : ' ↓'}</span>
        </button>
      )}
    </th>
  );
}

/** The first column names the row. Wide tables scroll in a region of their own, which the keyboard reaches. */
export function Table<Row>({
  caption,
  isCaptionShown = false,
  columns,
  rows,
  keyOf,
  rowClass,
}: {
  readonly caption: string;
  readonly isCaptionShown?: boolean;
  readonly columns: readonly ColumnOf<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row, at: number) => string;
  readonly rowClass?: (row: Row) => string | undefined;
}): JSX.Element {
  return (
    <div class="scroll" role="region" aria-label={caption} tabIndex={0}>
      <table>
        <caption class={isCaptionShown ? undefined : 'hidden'}>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.head} column={column} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={keyOf(row, index)} class={rowClass?.(row)}>
              {columns.map((column, at) => {
                const style = column.isNumber === true ? 'number' : undefined;
                return at === 0 ? (
                  <th key={column.head} scope="row" class={style}>
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={column.head} class={style}>
                    {column.cell(row)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
