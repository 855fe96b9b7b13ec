import type { Interval } from '../statistics.js'

/** Results put in order for a reader: plain data, from which every form of the report is made. */
export interface ResultsReport {
  readonly title: string
  /** What came out, in sentences. */
  readonly summary: readonly SummaryItem[]
  readonly sections: readonly ReportSection[]
}

export interface SummaryItem {
  /** The section that it sums up. */
  readonly section: string
  readonly title: string
  readonly sentences: readonly string[]
}

export interface ReportSection {
  /** Names it in links: unique, of small letters, digits and hyphens. So do those of tables and figures. */
  readonly id: string
  readonly title: string
  readonly paragraphs: readonly string[]
  readonly tables: readonly ReportTable[]
  readonly figures: readonly Figure[]
}

export interface ReportTable {
  readonly id: string
  readonly title: string
  readonly note?: string
  readonly columns: readonly ReportColumn[]
  readonly rows: readonly (readonly ReportCell[])[]
}

export interface ReportColumn {
  readonly title: string
  readonly format?: (value: number) => string
}

/** Undefined is a dash. */
export type ReportCell = string | number | Interval | undefined

/** What all plots say. */
interface FigureText {
  readonly id: string
  readonly title: string
  /** What one sees, for those who do not. */
  readonly description: string
}

/** Lines over two axes. */
export interface LineFigure extends FigureText {
  readonly kind: 'lines'
  readonly x: Axis
  readonly y: Axis
  /** One whose points are none keeps its place, and so the looks of the others. */
  readonly series: readonly {
    readonly label: string
    readonly points: readonly (readonly [x: number, y: number])[]
  }[]
}

/** What is reached against what it costs, with the front of those that no other one beats. */
export interface TradeoffFigure extends FigureText {
  readonly kind: 'tradeoff'
  readonly x: Axis
  readonly y: Axis
  /** The same in all plots of a section, so that a colour means the same. */
  readonly series: readonly string[]
  readonly points: readonly {
    readonly label: string
    readonly series: string
    readonly x: number
    readonly y: Interval
  }[]
  /** From the cheapest on. */
  readonly front: readonly (readonly [x: number, y: number])[]
  /** What has no cost to be placed by: a line across. */
  readonly levels: readonly { readonly label: string; readonly y: number }[]
}

/** A number for each pair of a row and a column, such as the block size of a layer. */
export interface GridFigure extends FigureText {
  readonly kind: 'grid'
  readonly columns: readonly string[]
  readonly rows: readonly { readonly label: string; readonly values: readonly (number | undefined)[] }[]
}

/** Lanes with a mark for each series, along one axis. */
export interface LanesFigure extends FigureText {
  readonly kind: 'lanes'
  readonly x: Axis
  readonly points: readonly { readonly lane: string; readonly series: string; readonly x: number }[]
}

export type Figure = LineFigure | TradeoffFigure | GridFigure | LanesFigure

export interface Axis {
  readonly title: string
  readonly logarithmic: boolean
}

/** An axis for the values: logarithmic where they are above 0 and lie far apart. */
export function axisFor(title: string, values: readonly number[]): Axis {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  return { title, logarithmic: low > 0 && high / low > 30 }
}

/** The name, with a number behind it where it is taken; it is taken then. */
export function untaken(name: string, taken: Set<string>): string {
  let free = name
  for (let number = 2; taken.has(free); number++) free = `${name}-${number}`
  taken.add(free)
  return free
}

/** The words of a text as they stand in a link: `Sweep: small, era` is `sweep-small-era`. */
export function linkName(text: string): string {
  return (
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'results'
  )
}
