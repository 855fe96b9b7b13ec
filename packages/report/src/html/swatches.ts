import * as Plot from '@observablehq/plot'
import { plot, type SeriesSign, tidy } from './plot-svg.js'
import { seriesStyle } from './series-style.js'

export const swatchHeight = 14

/** The small lines and symbols of legends. The page has each once, however many legends show it. */
export class Swatches {
  readonly #signs = new Map<string, SeriesSign>()

  /** A swatch for a legend. */
  show(sign: SeriesSign): string {
    const id = `swatch-${sign.hasLine ? 'line' : 'mark'}-${sign.series}`
    this.#signs.set(id, sign)
    return `<svg class="plot" width="${swatchWidth(sign)}" height="${swatchHeight}" aria-hidden="true"><use href="#${id}"/></svg>`
  }

  /** What the swatches refer to; it takes no room in the page. */
  definitions(): string {
    const symbols = [...this.#signs].map(([id, sign]) => `<g id="${id}">${drawSwatch(sign)}</g>`)
    return `<svg width="0" height="0" class="definitions" aria-hidden="true"><defs>${symbols.join('')}</defs></svg>`
  }
}

export function swatchWidth({ hasLine }: SeriesSign): number {
  return hasLine ? 34 : 16
}

/** The marks of a swatch. */
export function drawSwatch(sign: SeriesSign): string {
  const { color, symbol, dashes } = seriesStyle(sign.series)
  const ends = [
    [-1, 0],
    [1, 0],
  ]
  const svg = plot({
    width: swatchWidth(sign),
    height: swatchHeight,
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
