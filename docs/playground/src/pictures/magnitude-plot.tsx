import * as Plot from '@observablehq/plot'
import { useMemo } from 'preact/hooks'
import { PlotFigure } from '../interface/plot.js'
import { complexAt } from './complex.js'
import { formatNumber } from './format.js'

interface MagnitudePlotProps {
  /** What it is the spectrum of, in capitals: `X` for |X[k]|. */
  readonly letter: string
  /** Interleaved complex numbers. */
  readonly spectrum: ArrayLike<number>
}

/** How much of each frequency there is. */
export function MagnitudePlot({ letter, spectrum }: MagnitudePlotProps) {
  const bins = useMemo(
    () =>
      Array.from({ length: spectrum.length / 2 }, (_, k) => ({
        k,
        magnitude: Math.hypot(...complexAt(spectrum, k)),
      })),
    [spectrum],
  )
  const options = useMemo((): Plot.PlotOptions => {
    const last = bins.length - 1
    return {
      height: 200,
      marginLeft: 40,
      marginBottom: 42,
      x: {
        label: 'frequency k',
        labelOffset: 36,
        domain: [-0.5, last + 0.5],
        ticks: Math.min(last, 8),
        tickFormat: wholeOnly,
      },
      y: { label: `|${letter}[k]|`, grid: true, nice: true, zero: true, ticks: 4 },
      marks: [
        Plot.ruleY([0]),
        Plot.ruleX(bins, { x: 'k', y: 'magnitude', stroke: 'var(--accent)', strokeWidth: 2 }),
        Plot.dot(bins, { x: 'k', y: 'magnitude', fill: 'var(--accent)', r: bins.length > 32 ? 2.5 : 4 }),
      ],
    }
  }, [bins, letter])
  const numbers = bins.map(({ magnitude }) => formatNumber(magnitude)).join(', ')
  return <PlotFigure label={`Magnitudes of ${letter}, from frequency 0 on: ${numbers}`} options={options} />
}

function wholeOnly(value: number): string {
  return Number.isInteger(value) ? String(value) : ''
}
