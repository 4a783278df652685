import { markup, type Markup } from './markup.ts';
import type { Table } from './rows.ts';

/** `long`: text that may be broken anywhere. */
type Kind = 'number' | 'time' | 'long';

/** A heading, the cell of a row, and its alignment. */
export type Column<Row> = readonly [heading: string, cell: (row: Row) => string | number | null, kind?: Kind];

/** A table with its caption and the number of omitted rows; a sentence if it is empty. */
export function table<Row>(caption: string, columns: readonly Column<Row>[], all: Table<Row>): Markup {
  const { rows, omitted, isCut } = all;
  if (rows.length === 0)
    return markup`<p>${caption}: none.</p>
`;
  const left =
    omitted === 0 && !isCut
      ? null
      : markup`<p class="note">${isCut ? 'More than ' : ''}${omitted} more, with fewer decisions, are left out.</p>
`;
  return markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map(([heading, , kind]) => markup`<th scope="col"${classOf(kind)}>${heading}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (row) => markup`<tr>${columns.map((column, at) => cellOf(column, row, at === 0))}</tr>
`,
)}</tbody></table></div>
${left}`;
}

function cellOf<Row>([, cell, kind]: Column<Row>, row: Row, isFirst: boolean): Markup {
  const value = cell(row);
  const content = value ?? 'not known';
  return isFirst && kind === undefined
    ? markup`<th scope="row">${content}</th>`
    : markup`<td${classOf(kind)}>${content}</td>`;
}

function classOf(kind: Kind | undefined): Markup | null {
  return kind === undefined ? null : markup` class="${kind}"`;
}
