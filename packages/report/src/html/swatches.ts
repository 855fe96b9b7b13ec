import * as Plot from '@observablehq/plot'
import { plot, type SeriesSign, tidy } from './plot-svg.js'
import { seriesStyle } from './series-style.js'

const height = 14

/** The small lines and symbols of legends. The page has each once, however many legends show it. */
export class Swatches {
  readonly #signs = new Map<string, SeriesSign>()

  /** A swatch for a legend. */
  show(sign: SeriesSign): string {
    const id = `swatch-${sign.hasLine ? 'line' : 'mark'}-${sign.series}`
    this.#signs.set(id, sign)
    return `<svg class="plot" width="${widthOf(sign)}" height="${height}" aria-hidden="true"><use href="#${id}"/></svg>`
  }

  /** What the swatches refer to; it takes no room in the page. */
  definitions(): string {
    const symbols = [...this.#signs].map(([id, sign]) => `<g id="${id}">${draw(sign)}</g>`)
    return `<svg width="0" height="0" class="definitions" aria-hidden="true"><defs>${symbols.join('')}</defs></svg>`
  }
}

function widthOf({ hasLine }: SeriesSign): number {
  return hasLine ? 34 : 16
}

function draw(sign: SeriesSign): string {
  const { color, symbol, dashes } = seriesStyle(sign.series)
  const ends = [
    [-1, 0],
    [1, 0],
  ]
  const svg = plot({
    width: widthOf(sign),
    height,
    marginTop: 2,
    marginRight: 2,
    marginBottom: 2,
    marginLeft: 2,
    axis: null,
    x: { domain: [-1, 1] },
    y: { domain: [-1, 1] },
    marks: [
      ...(sign.hasLine ? [Plot.line(ends, { stroke: color, strokeWidth: 2, strokeDasharray: dashes })] : []),
      Plot.dot([[0, 0]], { symbol, fill: color, r: 4 }),
    ],
  })
  tidy(svg)
  return svg.innerHTML
}
