import type * as Plot from '@observablehq/plot'

/** The axes of a plot of numbers by their index, from 0 to `last`. */
export function indexAxes(last: number, labels: { readonly x: string; readonly y: string }) {
  return {
    height: 200,
    marginLeft: 40,
    marginBottom: 42,
    x: {
      label: labels.x,
      labelOffset: 36,
      domain: [-0.5, last + 0.5],
      ticks: Math.min(last, 8),
      // Between two indices there is nothing.
      tickFormat: (index: number) => (Number.isInteger(index) ? String(index) : ''),
    },
    y: { label: labels.y, grid: true, nice: true, ticks: 4 },
  } satisfies Plot.PlotOptions
}
