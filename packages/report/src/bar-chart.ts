import { formatNumber, plainText } from './table.js'

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

/** Horizontal bars from zero, as an SVG document with nothing outside it: no script, no font, no style sheet. */
export function renderBarChart({ title, bars, digits = 0 }: BarChart): string {
  const largest = Math.max(...bars.map(({ value }) => value))
  const height = titleHeight + rowHeight * bars.length + 12
  const rows = bars.map(({ label, value, note }, index) => {
    const top = titleHeight + rowHeight * index
    const length = largest > 0 ? (value / largest) * longestBar : 0
    const text = [formatNumber(value, digits), note].filter((part) => part !== undefined).join(' · ')
    return [
      `<text x="${barLeft - 10}" y="${top + 15}" text-anchor="end">${xmlText(label)}</text>`,
      `<rect x="${barLeft}" y="${top}" width="${length.toFixed(1)}" height="20" rx="2" fill="#3b6ea8"/>`,
      `<text x="${(barLeft + length + 8).toFixed(1)}" y="${top + 15}">${xmlText(text)}</text>`,
    ].join('\n')
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="13" fill="#222">`,
    `<title>${xmlText(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="16" y="24" font-size="14" font-weight="600">${xmlText(title)}</text>`,
    ...rows,
    '</svg>',
    '',
  ].join('\n')
}

function xmlText(text: string): string {
  return plainText(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
