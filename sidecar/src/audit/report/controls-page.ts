import { SECTIONS } from './controls.ts';
import { markup, type Markup } from './markup.ts';
import type { ControlRow } from './report.ts';

/** One table for each framework: the support of each control, and its gaps. */
export function controlsTables(controls: readonly ControlRow[]): readonly Markup[] {
  const frameworks = [...new Set(controls.map(({ framework }) => framework))];
  return frameworks.map((framework) => {
    const rows = controls.filter((control) => control.framework === framework);
    return markup`<div class="scroll" role="region" aria-label="${framework}" tabindex="0"><table>
<caption>${framework}</caption>
<thead><tr><th scope="col">control</th><th scope="col">supported by</th><th scope="col">in this time</th><th scope="col">gap</th></tr></thead>
<tbody>
${rows.map(row)}</tbody></table></div>
`;
  });
}

function row({ id, title, sections, hits, codes, gap }: ControlRow): Markup {
  const links = sections.map(
    (section, at) => markup`${at === 0 ? '' : ', '}<a href="#${section}">${SECTIONS[section]}</a>`,
  );
  const said =
    codes.length === 0
      ? ''
      : hits === null
        ? 'not counted: the tables of rules leave rows out'
        : counted(hits);
  return markup`<tr><th scope="row">${id} ${title}</th><td>${links.length === 0 ? markup`<strong>GAP: nothing</strong>` : links}</td><td>${said}</td><td>${gap}</td></tr>
`;
}

function counted({ enforced, observed }: NonNullable<ControlRow['hits']>): string {
  return enforced + observed === 0 ? 'no event' : `${enforced} applied, ${observed} only observed`;
}
