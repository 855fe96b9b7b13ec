import type { TradeoffFigure } from '../results/results-report.js'
import { svgDocument, svgText } from '../svg-document.js'
import { imageText, plotSize } from './plot-svg.js'
import { seriesColors } from './series-style.js'
import { drawSwatch, swatchHeight, swatchWidth } from './swatches.js'
import { tradeoffPlot } from './tradeoff-plot.js'

const columns = 2
const margin = 16
const [titleHeight, captionHeight, legendRowHeight] = [44, 20, 22]
const legendColumns = 4
const width = columns * plotSize.width + (columns + 1) * margin

/**
 * Plots of what is reached against what it costs, two beside each other, with one legend: an SVG document for a page that
 * shows pictures. Light, as on paper. The figures have the same series.
 */
export function tradeoffsSvg(title: string, figures: readonly TradeoffFigure[]): string {
  const drawings = figures.map((figure) => ({ figure, drawing: tradeoffPlot(figure) }))
  const cellHeight = captionHeight + plotSize.height + margin
  const panels = drawings.map(({ figure, drawing: { svg } }, i) => {
    const left = margin + (i % columns) * (plotSize.width + margin)
    const top = titleHeight + Math.floor(i / columns) * cellHeight
    // In a picture nobody points at a mark.
    for (const tip of svg.querySelectorAll('title')) tip.remove()
    svg.setAttribute('x', String(left))
    svg.setAttribute('y', String(top + captionHeight))
    return `<text x="${left}" y="${top + 12}" font-weight="600">${svgText(figure.title)}</text>${imageText(svg, figure.title)}`
  })
  const legendTop = titleHeight + Math.ceil(figures.length / columns) * cellHeight
  const entries = new Map(drawings.flatMap(({ drawing }) => drawing.legend.map((each) => [each.label, each])))
  const legend = [...entries.values()].map(({ label, sign }, i) => {
    if (typeof sign === 'number') return ''
    const left = margin + ((i % legendColumns) * (width - margin)) / legendColumns
    const top = legendTop + Math.floor(i / legendColumns) * legendRowHeight
    return `<g transform="translate(${left},${top})">${drawSwatch(sign)}<text x="${swatchWidth(sign) + 6}" y="${swatchHeight - 3}">${svgText(label)}</text></g>`
  })
  const height = legendTop + Math.ceil(legend.length / legendColumns) * legendRowHeight + margin / 2
  const style = `<style>:root { color: #222; --surface: #fff; --plot-background: #fff; ${seriesColors('light')} } .plot { font-size: 12px; text-anchor: middle }</style>`
  return svgDocument(title, width, height, [style, ...panels, ...legend])
}
