import type { ResultRecord } from '../results/record.js'
import { reportResults } from '../results/report-results.js'
import type { ReportSection, SummaryItem } from '../results/results-report.js'
import { figureHtml } from './figure-html.js'
import { escapeHtml } from './markup.js'
import { sortScript, sortScriptHash } from './sort-script.js'
import { style } from './style.js'
import { Swatches } from './swatches.js'
import { anchor, tableHtml } from './table-html.js'

/**
 * Results as one HTML page that needs nothing besides: no network, no font, no file. Plots are drawn now, as SVG; a few
 * lines of script sort the tables, and the page allows no other script, wherever the texts in it come from.
 */
export function resultsPage(records: readonly ResultRecord[]): string {
  const { title, summary, sections } = reportResults(records)
  const swatches = new Swatches()
  const parts = sections.map((section) => sectionHtml(section, swatches))
  const links = [{ id: 'summary', title: 'Summary' }, ...sections]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src '${sortScriptHash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Gyre">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<nav aria-label="Sections"><ul>${links.map(({ id, title }) => `<li><a href="#${id}">${escapeHtml(title)}</a></li>`).join('')}</ul></nav>
</header>
<main>
${summaryHtml(summary)}
${parts.join('\n')}
</main>
${swatches.definitions()}
<script>${sortScript}</script>
</body>
</html>
`
}

function summaryHtml(summary: readonly SummaryItem[]): string {
  const items = summary.map(
    ({ section, title, sentences }) =>
      `<div><h3><a href="#${section}">${escapeHtml(title)}</a></h3>\n<ul>${sentences.map((sentence) => `<li>${escapeHtml(sentence)}</li>`).join('')}</ul></div>`,
  )
  return `<section class="summary" aria-labelledby="summary">\n<h2 id="summary">Summary</h2>\n<div>\n${items.join('\n')}\n</div>\n</section>`
}

function sectionHtml({ id, title, paragraphs, tables, figures }: ReportSection, swatches: Swatches): string {
  const drawn = figures.map((figure) => figureHtml(figure, swatches))
  return [
    `<section aria-labelledby="${id}">`,
    `<h2 id="${id}">${escapeHtml(title)}${anchor(id, title)}</h2>`,
    ...paragraphs.map((text) => `<p class="note">${escapeHtml(text)}</p>`),
    ...tables.map(tableHtml),
    ...(drawn.length > 0 ? [`<div class="figures">\n${drawn.join('\n')}\n</div>`] : []),
    '</section>',
  ].join('\n')
}
