/** For paper, and for light and dark screens. Text has a contrast of at least 4.5:1, bars 3:1. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1b1f24; --back: #ffffff; --soft: #57606a; --line: #d0d7de; --panel: #f6f8fa;
  --refused: #b42318; --redacted: #8a5a00; --observed: #6941c6; --allowed: #3b7a57; --link: #0550ae; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --back: #0d1117; --soft: #9da7b3; --line: #30363d; --panel: #161b22;
    --refused: #ff7b72; --redacted: #e3b341; --observed: #bc8cff; --allowed: #56d364; --link: #79c0ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); }
h1 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
a { color: var(--link); }
.skip { position: absolute; left: -100rem; } .skip:focus { position: static; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; font-size: .9rem; }
caption { text-align: left; font-weight: 600; padding: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line); }
tbody th { min-width: 11em; overflow-wrap: anywhere; } td.long { min-width: 17em; overflow-wrap: anywhere; }
th { background: var(--panel); } thead th { white-space: nowrap; } p, li { max-width: 60rem; } td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
td.time { white-space: nowrap; }
.verdict { padding: .75rem 1rem; border-left: .4rem solid var(--allowed); background: var(--panel); }
.verdict.tampered, .verdict.missing { border-color: var(--refused); } .verdict.unanchored { border-color: var(--redacted); }
.note { color: var(--soft); }
figure { margin: 1rem 0; } svg { width: 100%; height: auto; } svg .axis { stroke: var(--soft); }
svg .label { fill: var(--soft); font: 12px system-ui, sans-serif; }
svg .refused { fill: var(--refused); } svg .redacted { fill: var(--redacted); } svg .observed { fill: var(--observed); } svg .allowed { fill: var(--allowed); }
.key::before { content: ""; display: inline-block; width: .8em; height: .8em; margin: 0 .35em 0 .6em; background: currentColor; }
.key.refused { color: var(--refused); } .key.redacted { color: var(--redacted); } .key.observed { color: var(--observed); } .key.allowed { color: var(--allowed); }
@media print { body { max-width: none; } h2 { break-after: avoid; } tr { break-inside: avoid; } }
`;
