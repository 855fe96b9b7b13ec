import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { logarithmicTicks, roundSteps } from '../axis-ticks.js'
import type { Axis } from '../results/results-report.js'
import { attributes } from './markup.js'

/** A plot, and what its series are called. */
export interface Drawing {
  readonly svg: Element
  /** Each with the sign that the plot has for it: the look of a series, or a number. */
  readonly legend: readonly { readonly label: string; readonly sign: SeriesSign | number }[]
}

export interface SeriesSign {
  readonly series: number
  /** Whether the plot has lines, or symbols alone. */
  readonly hasLine: boolean
}

/** Drawn for the width of a phone, so that its texts keep their size; two or three stand beside each other elsewhere. */
export const plotSize = { width: 380, height: 250 } as const

const { document } = parseHTML('<!doctype html><html></html>')

/** A plot by Observable Plot, in a document of its own: there is none in Node. */
export function plot(options: Plot.PlotOptions): Element {
  return Plot.plot({
    ...plotSize,
    document: document as unknown as Document,
    className: 'plot',
    marginLeft: 46,
    marginRight: 14,
    marginBottom: 40,
    ...options,
  })
}

/** A legend with the first style for the first label, and so on. */
export function legendOf(labels: readonly string[], hasLine = false): Drawing['legend'] {
  return labels.map((label, series) => ({ label, sign: { series, hasLine } }))
}

/** The SVG as text: to screen readers, an image with this label. */
export function imageText(svg: Element, label: string): string {
  tidy(svg)
  // The document leaves < and & in attributes as they are.
  return `<svg${attributes({ role: 'img', 'aria-label': label })}${svg.outerHTML.slice('<svg'.length)}`
}

/** Leaves out what the page says once for all plots, and digits that nobody sees. */
export function tidy(svg: Element): void {
  for (const style of svg.querySelectorAll('style')) style.remove()
  for (const name of ['font-family', 'font-size', 'text-anchor']) svg.removeAttribute(name)
  for (const element of svg.querySelectorAll('*')) {
    // An image has no parts to a screen reader.
    for (const name of ['aria-label', 'aria-hidden', 'font-variant']) element.removeAttribute(name)
    for (const name of ['d', 'transform', 'x', 'y', 'x1', 'x2', 'y1', 'y2', 'cx', 'cy', 'width', 'height']) {
      const value = element.getAttribute(name)
      if (value)
        element.setAttribute(
          name,
          value.replace(/\d+\.\d{2,}/g, (digits) => String(Number(Number(digits).toFixed(1)))),
        )
    }
  }
}

/** The axes of a plot: their scales, and the marks that draw them. */
export function axes(x: AxisValues | undefined, y: AxisValues | undefined) {
  return {
    ...(x && { x: scaleOf(x) }),
    ...(y && { y: scaleOf(y) }),
    marks: [
      ...(x ? axisMarks(x, Plot.gridX, Plot.axisX) : []),
      ...(y ? axisMarks(y, Plot.gridY, Plot.axisY) : []),
    ],
  }
}

/** An axis, and the values that it has room for. */
export interface AxisValues extends Axis {
  readonly values: readonly number[]
}

function scaleOf({ logarithmic, values }: AxisValues): Plot.ScaleOptions {
  return { type: logarithmic ? 'log' : 'linear', domain: range(values), inset: 6 }
}

function axisMarks(
  { title, logarithmic, values }: AxisValues,
  grid: typeof Plot.gridX,
  axis: typeof Plot.axisX,
): Plot.Markish[] {
  const ticks = (logarithmic ? logarithmicTicks : roundSteps)(...range(values))
  // With its own texts: on a logarithmic axis Plot leaves some out.
  const text = (value: number): string => compactNumber(Number(value.toPrecision(6)))
  return [grid(ticks), axis(ticks, { text, label: title, labelArrow: 'none' })]
}

function range(values: readonly number[]): [low: number, high: number] {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  return low < high ? [low, high] : [low - Math.abs(low) / 10, high + Math.abs(high) / 10 || 1]
}

/** `1500000` as `1.5M`, `0.0001` as `1e-4`. */
export function compactNumber(value: number): string {
  const size = Math.abs(value)
  for (const [unit, name] of [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (size >= unit) return `${Number((value / unit).toPrecision(3))}${name}`
  }
  if (size !== 0 && size < 1e-3) return value.toExponential().replace(/(\.\d\d)\d+/, '$1')
  return value.toLocaleString('en-US', { maximumFractionDigits: 6 })
}
