// A dashboard as a page: its title, the variables, and its panels on Grafana's grid of 24 columns. `window.draw` is what main.ts calls.
import { createTheme, ThemeContext } from '@grafana/data';
import { GlobalStyles, PanelChrome } from '@grafana/ui';
import { createElement as h } from 'react';
import { createRoot } from 'react-dom/client';

import { inside } from './panels.mjs';

/** Of Grafana: the height of a row of the grid, and the space between panels. */
const [ROW, GAP, COLUMNS, MARGIN] = [30, 8, 24, 16];
const WIDTH = 1280 - 2 * MARGIN;

function placed({ x, y, w, h: rows }) {
  const column = (WIDTH - GAP * (COLUMNS - 1)) / COLUMNS;
  return {
    left: Math.round(x * (column + GAP)),
    top: y * (ROW + GAP),
    width: Math.round(w * column + (w - 1) * GAP),
    height: rows * ROW + (rows - 1) * GAP,
  };
}

function Panel({ panel, answered, range, theme }) {
  const { width, height, ...corner } = placed(panel.gridPos);
  const style = { position: 'absolute', width, height, ...corner };
  if (panel.type === 'row') return h('div', { style, className: 'row' }, `⌄ ${panel.title}`);
  return h(
    'div',
    { style },
    h(
      PanelChrome,
      { title: panel.title, description: panel.description, width, height },
      (innerWidth, innerHeight) =>
        inside(panel, answered, { width: innerWidth, height: innerHeight, range, theme }),
    ),
  );
}

function clock(seconds) {
  return new Date(seconds * 1000).toISOString().slice(11, 16);
}

function Dashboard({ dashboard, answers, range, theme }) {
  const { title, panels, templating } = dashboard;
  const bottom = Math.max(...panels.map(({ gridPos: { y, h: rows } }) => y + rows));
  return h(
    'main',
    { style: { padding: MARGIN } },
    h('header', {}, h('h1', {}, title), h('span', {}, `${clock(range.from)} to ${clock(range.to)} UTC`)),
    h(
      'div',
      { className: 'variables' },
      templating.list
        .filter(({ type }) => type !== 'datasource')
        .map(({ name, label }) => h('span', { key: name }, h('b', {}, label), ' All')),
    ),
    h(
      'div',
      { style: { position: 'relative', height: bottom * (ROW + GAP) } },
      panels.map((panel) =>
        h(Panel, { key: panel.id, panel, answered: answers[panel.id] ?? [], range, theme }),
      ),
    ),
  );
}

const STYLE = `body{margin:0;overflow:hidden}header{display:flex;justify-content:space-between;align-items:baseline}header h1{font-size:20px;margin:0}
.variables{display:flex;gap:16px;margin:8px 0 16px}.variables span{border:1px solid rgba(36,41,46,.3);border-radius:2px;padding:4px 8px}
.row{font-weight:500;font-size:16px;line-height:30px}.nothing{display:flex;height:100%;align-items:center;justify-content:center;opacity:.6}`;

window.draw = ({ dashboard, answers, range }) => {
  const theme = createTheme({ colors: { mode: 'light' } });
  createRoot(document.querySelector('#root')).render(
    h(
      ThemeContext.Provider,
      { value: theme },
      h(GlobalStyles),
      h('style', {}, STYLE),
      h(Dashboard, { dashboard, answers, range, theme }),
    ),
  );
  setTimeout(() => document.body.setAttribute('data-drawn', ''), 2_000);
};
