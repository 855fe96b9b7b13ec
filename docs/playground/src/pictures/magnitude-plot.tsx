import * as Plot from '@observablehq/plot'
import { useMemo } from 'preact/hooks'
import { PlotFigure } from '../interface/plot.js'
import { complexAt } from './complex.js'
import { formatNumber } from './format.js'
import { indexAxes } from './index-axes.js'

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
    const axes = indexAxes(bins.length - 1, { x: 'frequency k', y: `|${letter}[k]|` })
    return {
      ...axes,
      y: { ...axes.y, zero: true },
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
