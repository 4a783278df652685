/** A table of two columns beside their row names, wrapped to the width of a terminal. */
export function sideBySide(
  head: readonly [string, string],
  rows: readonly (readonly [string, string, string])[],
  width = 118,
): string {
  const name = Math.max(...rows.map(([label]) => label.length));
  const column = Math.floor((width - name - 6) / 2);
  const line = (cells: readonly [string, string, string]): string => {
    const wrapped = [cells[0], ...cells.slice(1)].map((cell, at) => wrap(cell, at === 0 ? name : column));
    const height = Math.max(...wrapped.map((lines) => lines.length));
    return Array.from({ length: height }, (_, row) =>
      wrapped
        .map((lines, at) => (lines[row] ?? '').padEnd(at === 0 ? name : column))
        .join(' | ')
        .trimEnd(),
    ).join('\n');
  };
  const rule = [name, column, column].map((size) => '-'.repeat(size)).join('-+-');
  return [line(['', ...head]), rule, ...rows.map(line)].join('\n');
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let rest = paragraph;
    while (rest.length > width) {
      const space = rest.lastIndexOf(' ', width);
      const cut = space > width / 2 ? space : width;
      lines.push(rest.slice(0, cut));
      rest = rest.slice(cut).trimStart();
    }
    lines.push(rest);
  }
  return lines;
}
