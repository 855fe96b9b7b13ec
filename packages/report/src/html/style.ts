import { seriesColors } from './series-style.js'

/** Light on paper whatever the screen has. */
export const style = `
:root { color-scheme: light; --page: #fff; --surface: #fff; --text: #1b2430; --quiet: #556070; --line: #d9dee5; --stripe: #f5f7fa;
  --link: #0b5cad; --mark: #fff3c4; ${seriesColors('light')} }
@media screen and (prefers-color-scheme: dark) { :root { color-scheme: dark; --page: #12161c; --surface: #12161c; --text: #e4e9ef;
  --quiet: #a5b0bd; --line: #343c48; --stripe: #1a2029; --link: #7cb7ff; --mark: #4a3d0f; ${seriesColors('dark')} } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 78rem; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 1rem }
h2 { font-size: 1.35rem; margin: 2.5rem 0 .5rem; padding-top: .75rem; border-top: 1px solid var(--line) }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .5rem }
p { margin: .5rem 0; max-width: 70ch }
a { color: var(--link) }
a.anchor { color: var(--quiet); text-decoration: none; font-weight: 400; opacity: 0 }
:is(h2, h3, figcaption):hover > a.anchor, a.anchor:focus-visible { opacity: 1 }
:is(h2, h3, figure):target { background: var(--mark) }
:target { scroll-margin-top: 1rem }
.note { color: var(--quiet); font-size: .875rem }
nav ul { padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem }
.summary > div { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 30rem), 1fr)); gap: .75rem 2rem }
.summary h3 { margin: 0 0 .25rem }
.summary ul { margin: 0; padding-left: 1.25rem; max-width: 75ch }
.scroll { width: fit-content; max-width: 100%; overflow-x: auto; border: 1px solid var(--line); border-radius: 6px }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; overflow-wrap: normal }
th, td { padding: .35rem .6rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line) }
tbody th { font-weight: 500; background: var(--surface) }
thead th:first-child, tbody th { position: sticky; left: 0 }
tbody tr:nth-child(even):not(:target) > * { background: var(--stripe) }
tbody tr:target > * { background: var(--mark) }
tbody tr:last-child > * { border-bottom: 0 }
.text, tbody th { text-align: left }
tbody th { cursor: pointer }
thead th { background: var(--stripe); vertical-align: bottom; white-space: normal; min-width: 7rem }
th button { all: unset; cursor: pointer; font-weight: 600; display: inline-block; line-height: 1.25; padding: .15rem 0 }
th button::after { content: '\\a0↕'; color: var(--quiet) }
th[aria-sort=ascending] button::after { content: '\\a0↑'; color: inherit }
th[aria-sort=descending] button::after { content: '\\a0↓'; color: inherit }
:is(a, button, .scroll):focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 1.5rem; margin-top: 1.5rem }
figure { margin: 0; min-width: 0; break-inside: avoid }
figcaption { font-weight: 600; font-size: .95rem; margin-bottom: .25rem }
.plot { display: block; max-width: 100%; height: auto; color: var(--text); --plot-background: var(--surface) }
figure > .plot { width: 100%; max-width: 460px }
.plot { font: 12px system-ui, sans-serif; text-anchor: middle; font-variant-numeric: tabular-nums }
.plot text { white-space: pre }
.legend { list-style: none; margin: .25rem 0; padding: 0; display: flex; flex-wrap: wrap; gap: .1rem .9rem; font-size: .8125rem }
.legend li { display: flex; align-items: center; gap: .35rem }
.legend .plot { flex: none }
.definitions { position: absolute }
@media print {
  body { padding: 0; max-width: none; font-size: 10.5pt }
  nav, a.anchor, th button::after { display: none }
  .scroll { display: contents }
  /* Chromium repeats a table's head on every page, but not with buttons in it. */
  th button { display: contents }
  thead th:first-child, tbody th { position: static; background: none }
  table { font-size: 7.5pt }
  th, td { padding: 2pt 4pt; white-space: normal }
  thead th { min-width: 0 }
  h2, h3, figcaption { break-after: avoid }
  tr { break-inside: avoid }
  .figures { grid-template-columns: 1fr 1fr }
}
`
