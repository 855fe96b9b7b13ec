import { powersOfTen, roundSteps } from './axis-ticks.js'
import { svgDocument, svgText } from './svg-document.js'

/** A line of a chart, through its points from left to right. */
export interface Line {
  readonly label: string
  readonly points: readonly (readonly [x: number, y: number])[]
  readonly dashed?: boolean
}

export interface LineChart {
  readonly title: string
  readonly xTitle: string
  readonly yTitle: string
  readonly lines: readonly Line[]
  /** Axes on which equal ratios are equally far apart; their values are above 0. */
  readonly logarithmic?: { readonly x?: boolean; readonly y?: boolean }
  /** Points above are drawn at the upper edge. Default: the largest value. */
  readonly yLimit?: number
}

const [width, height] = [680, 380]
const plot = { left: 64, right: 540, top: 44, bottom: 324 }
const legendLeft = 556
/** Colours that differ in lightness too, so that they can be told apart in grey. */
const colours = ['#30123b', '#4662d7', '#36aac1', '#3ba54c', '#b0a21a', '#e8701a', '#a01a01', '#777777']

/** Lines over two axes, as an SVG document. Lines of the same label share a colour and one entry of the legend. */
export function renderLineChart(chart: LineChart): string {
  const { title, xTitle, yTitle, lines, logarithmic = {} } = chart
  const points = lines.flatMap((line) => line.points)
  if (points.length === 0) throw new RangeError(`renderLineChart: '${title}' has no points`)
  const { yLimit = Math.max(...points.map(([, y]) => y)) } = chart
  const x = axis(
    points.map(([value]) => value),
    [plot.left, plot.right],
    logarithmic.x ?? false,
  )
  const y = axis(
    points.map(([, value]) => Math.min(value, yLimit)),
    [plot.bottom, plot.top],
    logarithmic.y ?? false,
  )
  const labels = [...new Set(lines.map(({ label }) => label))]
  const colourOf = (label: string): string => colours[labels.indexOf(label) % colours.length]!
  const frame = [
    ...x.ticks.map((value) => {
      const at = x.place(value).toFixed(1)
      return `<path d="M${at} ${plot.top}V${plot.bottom}" stroke="#e4e4e4"/><text x="${at}" y="${plot.bottom + 18}" text-anchor="middle">${tickText(value)}</text>`
    }),
    ...y.ticks.map((value) => {
      const at = y.place(value)
      return `<path d="M${plot.left} ${at.toFixed(1)}H${plot.right}" stroke="#e4e4e4"/><text x="${plot.left - 8}" y="${(at + 4).toFixed(1)}" text-anchor="end">${tickText(value)}</text>`
    }),
    `<text x="${(plot.left + plot.right) / 2}" y="${plot.bottom + 42}" text-anchor="middle">${svgText(xTitle)}</text>`,
    `<text transform="translate(18 ${(plot.top + plot.bottom) / 2}) rotate(-90)" text-anchor="middle">${svgText(yTitle)}</text>`,
  ]
  const drawn = lines.map(({ label, points, dashed = false }) => {
    const path = points
      .map(([px, py]) => `${x.place(px).toFixed(1)} ${y.place(Math.min(py, yLimit)).toFixed(1)}`)
      .join('L')
    const dashes = dashed ? ' stroke-dasharray="5 4"' : ''
    return `<path d="M${path}" fill="none" stroke="${colourOf(label)}" stroke-width="2" stroke-linejoin="round"${dashes}/>`
  })
  const legend = labels.map((label, index) => {
    const top = plot.top + 10 + 22 * index
    return `<path d="M${legendLeft} ${top}h22" stroke="${colourOf(label)}" stroke-width="2"/><text x="${legendLeft + 30}" y="${top + 4}">${svgText(label)}</text>`
  })
  return svgDocument(title, width, height, [...frame, ...drawn, ...legend])
}

interface Axis {
  readonly place: (value: number) => number
  readonly ticks: readonly number[]
}

/** The values' range over the pixels from `first` to `last`. */
function axis(
  values: readonly number[],
  [first, last]: readonly [number, number],
  logarithmic: boolean,
): Axis {
  const scale = logarithmic ? Math.log10 : (value: number) => value
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const extent = scale(high) - scale(low) || 1
  const place = (value: number): number => first + ((scale(value) - scale(low)) / extent) * (last - first)
  const ticks = logarithmic ? powersOfTen(low, high) : roundSteps(low, high)
  return { place, ticks: ticks.filter((value) => value >= low && value <= high) }
}

function tickText(value: number): string {
  return String(Number(value.toPrecision(6)))
}
