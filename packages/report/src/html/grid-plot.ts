import * as Plot from '@observablehq/plot'
import type { GridFigure } from '../results/results-report.js'
import { type Drawing, plot, plotSize } from './plot-svg.js'

/** Numbers in wider cells can be read. */
const mostColumnsWithNumbers = 9
const characterWidth = 6.2
const rowHeight = 20

/** A cell for each row and column: its number written in it, the darker the larger. Columns are numbered. */
export function gridPlot({ columns, rows }: GridFigure): Drawing {
  const cells = rows.flatMap(({ label, values }) =>
    values.flatMap((value, column) =>
      value === undefined || value === 0 ? [] : [{ row: label, column: String(column + 1), value }],
    ),
  )
  const names = columns.map((_, i) => String(i + 1))
  const largest = Math.max(1, ...cells.map(({ value }) => value))
  const shade = (value: number): number => 0.12 + (0.4 * Math.log2(value + 1)) / Math.log2(largest + 1)
  const paths = rows.map(({ label }) => label)
  const shown = withoutCommonStart(paths).map(endOf)
  const longest = Math.max(...shown.map((name) => name.length))
  const svg = plot({
    marginLeft: longest * characterWidth + 10,
    marginTop: 24,
    marginBottom: 4,
    height: rows.length * rowHeight + 28,
    x: { type: 'band', domain: names, axis: 'top', label: null, tickSize: 0, padding: 0.06 },
    y: {
      type: 'band',
      domain: paths,
      label: null,
      tickSize: 0,
      padding: 0.1,
      tickFormat: (_: string, i: number) => shown[i]!,
    },
    marks: [
      Plot.cell(cells, {
        x: 'column',
        y: 'row',
        fill: 'var(--series-0)',
        fillOpacity: ({ value }) => shade(value),
        title: ({ row, column, value }) => `${row}, ${columns[Number(column) - 1]}: ${value}`,
      }),
      ...(columns.length <= mostColumnsWithNumbers
        ? [
            Plot.text(cells, {
              x: 'column',
              y: 'row',
              text: ({ value }) => String(value),
              fill: 'currentColor',
            }),
          ]
        : []),
    ],
    opacity: { type: 'identity' },
  })
  return { svg, legend: columns.map((label, i) => ({ label, sign: i + 1 })) }
}

/** The paths without the beginning that all share: `model.layers.` of `model.layers.0.mlp` and `model.layers.1.mlp`. */
function withoutCommonStart(paths: readonly string[]): string[] {
  const parts = paths.map((path) => path.split('.'))
  let common = 0
  while (parts.every((names) => common < names.length - 1 && names[common] === parts[0]![common])) common++
  return parts.map((names) => names.slice(common).join('.'))
}

/** The end of a name, as far as there is room. */
function endOf(name: string): string {
  const room = Math.floor((plotSize.width / 2 - 10) / characterWidth)
  return name.length <= room ? name : `…${name.slice(1 - room)}`
}
