import type { Figure } from '../results/results-report.js'
import { gridPlot } from './grid-plot.js'
import { lanesPlot } from './lanes-plot.js'
import { linesPlot } from './lines-plot.js'
import { escapeHtml } from './markup.js'
import { type Drawing, imageText } from './plot-svg.js'
import type { Swatches } from './swatches.js'
import { anchor } from './table-html.js'
import { tradeoffPlot } from './tradeoff-plot.js'

/** A plot as a figure: an SVG that says what it shows, its legend, and a link to it. */
export function figureHtml(figure: Figure, swatches: Swatches): string {
  const { id, title, description, kind } = figure
  const { svg, legend } = draw(figure)
  return [
    `<figure id="${id}" class="${kind}">`,
    `<figcaption>${escapeHtml(title)}${anchor(id, title)}</figcaption>`,
    imageText(svg, `${title}. ${description}`),
    ...(legend.length > 0
      ? [`<ul class="legend">${legend.map((entry) => legendEntry(entry, swatches)).join('')}</ul>`]
      : []),
    // The other plots have a table beside them that says the same.
    ...(kind === 'tradeoff' ? [`<p class="note">${escapeHtml(description)}</p>`] : []),
    '</figure>',
  ].join('\n')
}

function draw(figure: Figure): Drawing {
  switch (figure.kind) {
    case 'lines':
      return linesPlot(figure)
    case 'tradeoff':
      return tradeoffPlot(figure)
    case 'grid':
      return gridPlot(figure)
    case 'lanes':
      return lanesPlot(figure)
  }
}

function legendEntry({ label, sign }: Drawing['legend'][number], swatches: Swatches): string {
  return `<li>${typeof sign === 'number' ? `<b>${sign}</b>` : swatches.show(sign)} ${escapeHtml(label)}</li>`
}
