import { svgDocument, svgText } from './svg-document.js'
import { formatNumber } from './table.js'

/** One bar of a chart: a number that is not negative. */
export interface Bar {
  readonly label: string
  readonly value: number
  /** Said behind the value. */
  readonly note?: string
}

export interface BarChart {
  readonly title: string
  readonly bars: readonly Bar[]
  /** Decimals of the values. Default 0. */
  readonly digits?: number
}

const rowHeight = 26
const titleHeight = 40
const barLeft = 150
const longestBar = 300
const width = 680

/** Horizontal bars from zero, as an SVG document. */
export function renderBarChart({ title, bars, digits = 0 }: BarChart): string {
  const largest = Math.max(...bars.map(({ value }) => value))
  const height = titleHeight + rowHeight * bars.length + 12
  const rows = bars.map(({ label, value, note }, index) => {
    const top = titleHeight + rowHeight * index
    const length = largest > 0 ? (value / largest) * longestBar : 0
    const text = [formatNumber(value, digits), note].filter((part) => part !== undefined).join(' · ')
    return [
      `<text x="${barLeft - 10}" y="${top + 15}" text-anchor="end">${svgText(label)}</text>`,
      `<rect x="${barLeft}" y="${top}" width="${length.toFixed(1)}" height="20" rx="2" fill="#3b6ea8"/>`,
      `<text x="${(barLeft + length + 8).toFixed(1)}" y="${top + 15}">${svgText(text)}</text>`,
    ].join('\n')
  })
  return svgDocument(title, width, height, rows)
}
